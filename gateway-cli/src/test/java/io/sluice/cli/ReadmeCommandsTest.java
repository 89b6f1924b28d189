package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The README's commands that need no running gateway do what it says. */
final class ReadmeCommandsTest {

  static List<String> commands() throws IOException {
    return Files.readAllLines(Path.of("../README.md")).stream()
        .filter(line -> line.startsWith("scripts/sluice "))
        .map(line -> line.substring("scripts/sluice ".length()).replace(" conf/", " ../conf/"))
        .filter(line -> line.matches("(check|config|route) .*"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void work(String command) {
    Typed typed = new Typed();
    assertThat(typed.run(command.split(" "))).as(typed.err()).isZero();
    assertThat(typed.out()).isNotBlank();
    assertThat(typed.err()).isEmpty();
  }
}
