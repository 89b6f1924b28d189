package io.sluice.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a configuration: YAML in, {@link Config} or everything that is wrong with it out. Strict: a
 * key it does not know, a missing unit or a value out of bounds is a problem, never a guess.
 */
public final class ConfigReader {

  /** The largest configuration, in bytes. */
  static final int MAX_BYTES = 1 << 20;

  private static final int MAX_INCLUDED_BYTES = 64 << 10;

  private final Map<String, String> environment;

  /** What became of a text. */
  public sealed interface Result {
    /**
     * It is valid.
     *
     * @param settings every value that holds, in the order in which they are read
     */
    record Accepted(Config config, List<Setting> settings) implements Result {
      public Accepted {
        settings = List.copyOf(settings);
      }

      /** A configuration that was not read from a text. */
      public Accepted(Config config) {
        this(config, List.of());
      }
    }

    /**
     * It is not.
     *
     * @param problems at least one, in the order of the text
     */
    record Refused(List<ConfigProblem> problems) implements Result {
      public Refused {
        problems = List.copyOf(problems);
      }
    }
  }

  /**
   * A value that holds.
   *
   * @param path of its key, such as {@code routes[2].push.heartbeat}
   * @param value as it would be written, without secrets; empty for none
   * @param restart whether a change of it needs a restart
   */
  public record Setting(String path, String value, Origin origin, boolean restart) {}

  /**
   * Where a value comes from.
   *
   * @param source the file, as it was named
   * @param line where it is written, from 1; 0 for a default of the program
   * @param column from 1; 0 for a default of the program
   * @param inherited the key of {@code defaults} that says it, or null
   * @param variables of the environment that are in it
   * @param files whose content is in it, as they are named there
   */
  public record Origin(
      String source,
      int line,
      int column,
      @Nullable String inherited,
      List<String> variables,
      List<String> files) {
    public Origin {
      variables = List.copyOf(variables);
      files = List.copyOf(files);
    }

    /** Whether nobody has written it. */
    public boolean isDefault() {
      return line == 0;
    }

    /** For people. */
    @Override
    public String toString() {
      if (isDefault()) {
        return "default";
      }
      StringBuilder words = new StringBuilder(source + ":" + line);
      if (inherited != null) {
        words.append(" ").append(inherited);
      }
      variables.forEach(name -> words.append(", environment variable ").append(name));
      files.forEach(name -> words.append(", file ").append(name));
      return words.toString();
    }
  }

  /**
   * A reader.
   *
   * @param environment what {@code ${NAME}} stands for, usually {@link System#getenv()}
   */
  public ConfigReader(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** Reads a file of at most 1 MiB. A file that cannot be read is a problem too. */
  public Result read(Path file) {
    String source = file.toString();
    try {
      return read(source, text(file, MAX_BYTES));
    } catch (IOException unreadable) {
      return new Result.Refused(
          List.of(
              new ConfigProblem(
                  source,
                  1,
                  1,
                  "",
                  "the file cannot be read",
                  "UTF-8 text of at most 1 MiB",
                  reason(unreadable))));
    }
  }

  /**
   * Reads a text.
   *
   * @param source names it in problems; files in {@code ${file:…}} are relative to its folder
   * @param text YAML, at most 1 MiB
   */
  public Result read(String source, String text) {
    Path folder = Path.of(source).toAbsolutePath().getParent();
    Substitution.Files files =
        name -> text(folder == null ? Path.of(name) : folder.resolve(name), MAX_INCLUDED_BYTES);
    Reading reading = new Reading(source, new Substitution(environment, files), false);
    Config config = config(reading, text);
    if (config != null && reading.problems().isEmpty()) {
      return new Result.Accepted(config, Provenance.settings(reading, config));
    }
    List<ConfigProblem> problems = reading.problems();
    problems.sort(
        Comparator.comparingInt(ConfigProblem::line).thenComparingInt(ConfigProblem::column));
    return new Result.Refused(problems);
  }

  private static @Nullable Config config(Reading reading, String text) {
    if (text.length() > MAX_BYTES) {
      reading.text(Yaml.At.START, "the text is too long", "at most 1 MiB", "shorten it");
      return null;
    }
    Yaml.Mapping top = YamlText.parse(reading, text);
    return top == null ? null : ConfigMapper.read(Section.top(reading, top));
  }

  /** Every key there is, in the order in which they are read. */
  static List<Reading.Key> keys() {
    Substitution none = new Substitution(Map.of(), name -> "");
    Reading reading = new Reading("", none, true);
    config(reading, "{}");
    return reading.keys();
  }

  /** The JSON Schema (2020-12) of a configuration, for editors; {@code conf/schema.json}. */
  public static String schema() {
    return Schema.of(keys());
  }

  private static String text(Path file, int maxBytes) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(maxBytes + 1);
    }
    if (bytes.length > maxBytes) {
      throw new IOException("it is longer than " + maxBytes + " bytes");
    }
    return StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes)).toString();
  }

  /** Why a file could not be read, without Java's names. */
  static String reason(IOException unreadable) {
    if (unreadable instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (unreadable instanceof AccessDeniedException) {
      return "this user may not read it";
    }
    if (unreadable instanceof CharacterCodingException) {
      return "it is not UTF-8";
    }
    return String.valueOf(unreadable.getMessage());
  }
}
