package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process and what it has written so far; killed at the end if it has not ended. */
final class Program implements AutoCloseable {

  private static final Path JAR = Path.of("target", "sluice.jar");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Path out;
  private final Path err;

  private Program(List<String> command, Path folder) throws IOException {
    out = Files.createTempFile(folder, "out", ".txt");
    err = Files.createTempFile(folder, "err", ".txt");
    process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
  }

  /** The packaged program. */
  static Program sluice(Path folder, String... args) throws IOException {
    return java(folder, List.of("-XX:TieredStopAtLevel=1"), args);
  }

  /** The same with options for the JVM. */
  static Program java(Path folder, List<String> options, String... args) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(options);
    command.addAll(List.of("-jar", JAR.toString()));
    command.addAll(List.of(args));
    return new Program(command, folder);
  }

  /** A line as someone pastes it into a shell. */
  static Program pasted(Path folder, String line) throws IOException {
    return new Program(List.of("sh", "-c", "exec " + line), folder);
  }

  String out() {
    return text(out);
  }

  String err() {
    return text(err);
  }

  /** Waits until it has written this; returns all it has written. */
  String await(String what) throws InterruptedException {
    return await(text -> text.contains(what), what);
  }

  /** Waits until it has written a match; returns the first group. */
  String awaitMatch(String regex) throws InterruptedException {
    Pattern pattern = Pattern.compile(regex, Pattern.MULTILINE);
    Matcher matcher = pattern.matcher(await(text -> pattern.matcher(text).find(), regex));
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  private String await(Predicate<String> enough, String what) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      String text = out();
      if (enough.test(text)) {
        return text;
      }
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        break;
      }
    }
    assertThat(out()).as("%s%nexit %s%n%s", what, process, err()).matches(enough);
    return out();
  }

  /** Whether it ends within a time. */
  boolean endsWithin(Duration time) throws InterruptedException {
    return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits for its end; returns the exit code. */
  int exitCode() throws InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("%s has not ended; it wrote %s %s", process, out(), err())
        .isTrue();
    return process.exitValue();
  }

  long pid() {
    return process.pid();
  }

  /** Sends SIGTERM and waits; returns the exit code. */
  int terminate() throws InterruptedException {
    process.destroy();
    return exitCode();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private static String text(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
