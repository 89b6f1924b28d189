package io.sluice.http.guard;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The kept inputs of {@code corpus.txt}, good and bad. */
public final class Corpus {

  private static final Pattern REPEATED = Pattern.compile("\\{(\\d+)\\*(.*?)}");

  private Corpus() {}

  /**
   * One input.
   *
   * @param section the last comment before it
   * @param expected {@code pass}, {@code cut} or a status
   * @param raw a character for each byte
   */
  public record Vector(String section, String name, String expected, String raw) {
    /** As they go over the wire. */
    public byte[] bytes() {
      return raw.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public String toString() {
      return name;
    }

    /** Whether a guard alone lets it through: paths are looked at by whoever routes. */
    public boolean passesGuard() {
      return expected.equals("pass") || expected.equals("204") || section.startsWith("paths");
    }
  }

  /** All of them. */
  public static List<Vector> all() {
    return of("/io/sluice/http/guard/corpus.txt");
  }

  /** Those of another file of the same form, by its path among the test resources. */
  public static List<Vector> of(String path) {
    List<Vector> all = new ArrayList<>();
    String section = "";
    for (String line : text(path).split("\n", -1)) {
      if (line.startsWith("# ")) {
        section = line.substring(2);
      } else if (!line.isEmpty()) {
        String[] parts = line.split(" \\| ", 3);
        all.add(new Vector(section, parts[0], parts[1], bytes(parts[2])));
      }
    }
    return all;
  }

  private static String text(String path) {
    try (var in = Corpus.class.getResourceAsStream(path)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String bytes(String written) {
    Matcher repeated = REPEATED.matcher(written);
    String text =
        repeated.replaceAll(
            match ->
                Matcher.quoteReplacement(match.group(2).repeat(Integer.parseInt(match.group(1)))));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '\\') {
        bytes.write(c);
        continue;
      }
      char escape = text.charAt(++i);
      switch (escape) {
        case 'r' -> bytes.write('\r');
        case 'n' -> bytes.write('\n');
        case 't' -> bytes.write('\t');
        case '\\' -> bytes.write('\\');
        case 'x' -> {
          bytes.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
          i += 2;
        }
        default -> throw new IllegalArgumentException(written);
      }
    }
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }
}
