package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {

  private final Typed typed = new Typed();

  @Test
  void helpListsEveryCommandAndSaysWhereToBegin() {
    assertThat(typed.run("--help")).isZero();
    assertThat(typed.out())
        .contains(
            "serve", "demo", "publish", "subscribe", "status", "bench", "version", "Exit codes")
        .contains("New here? Run 'sluice demo'");
  }

  @Test
  void theCommonPoolHasTwoThreadsOnEveryMachineUnlessTheUserSaysOtherwise() {
    String key = "java.util.concurrent.ForkJoinPool.common.parallelism";
    Properties properties = new Properties();
    Main.beforehand(properties, 8);
    assertThat(properties).doesNotContainKey(key);
    Main.beforehand(properties, 2);
    assertThat(properties).containsEntry(key, "2");
    properties.setProperty(key, "1");
    Main.beforehand(properties, 1);
    assertThat(properties).containsEntry(key, "1");
  }

  @Test
  void noClassHereNamesHazelcast() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("target", "classes"))) {
      List<Path> classes = files.filter(file -> file.toString().endsWith(".class")).toList();
      assertThat(classes).isNotEmpty();
      for (Path file : classes) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain("com/hazelcast");
      }
    }
  }

  @Test
  void everyCommandHasHelpWithADescription() {
    for (String command :
        List.of(
            "serve",
            "demo",
            "check",
            "config",
            "config show",
            "config schema",
            "route",
            "route explain",
            "publish",
            "subscribe",
            "status",
            "bench",
            "health",
            "reload",
            "version")) {
      Typed help = new Typed();
      assertThat(help.run((command + " --help").split(" "))).as(command).isZero();
      assertThat(help.out()).startsWith("Usage: sluice " + command);
      assertThat(help.err()).isEmpty();
    }
  }

  @Test
  void versionIsOneLine() {
    assertThat(typed.run("version")).isZero();
    assertThat(typed.out()).startsWith("Sluice ").contains("Java ").hasLineCount(1);
  }

  @Test
  void noCommandIsAUsageErrorThatNamesTheCommands() {
    assertThat(typed.run()).isEqualTo(Exit.USAGE);
    assertThat(typed.err()).contains("expected one of serve, demo, publish");
    assertThat(typed.out()).isEmpty();
  }

  @Test
  void mistypedCommandSuggestsTheRightOne() {
    assertThat(typed.run("pubish")).isEqualTo(Exit.USAGE);
    assertThat(typed.err()).contains("sluice publish");
  }

  @Test
  void unknownOptionIsAUsageError() {
    assertThat(typed.run("serve", "--prot", "80")).isEqualTo(Exit.USAGE);
    assertThat(typed.err()).contains("--prot").contains("Try: sluice serve --help");
  }

  @Test
  void unknownTransportNamesThoseThatExist() {
    assertThat(typed.run("subscribe", "demo", "--transport", "carrier-pigeon"))
        .isEqualTo(Exit.USAGE);
    assertThat(typed.err()).contains("websocket", "sse", "long-poll", "poll");
  }

  @Test
  void benchTellsWhatEachUnusableOptionShouldBe() {
    assertUsage("--readers = 0 (expected 1 to 1000000)", "--readers", "0");
    assertUsage("--channels = 5 (expected 1 to 2)", "--readers", "2", "--channels", "5");
    assertUsage("--size = 22 (expected 23 to 1048576)", "--size", "22");
    assertUsage("--outstanding = 65 (expected 0 to 64)", "--outstanding", "65");
    assertUsage("--url = ws://h (expected http://", "--url", "ws://h");
    assertUsage("with {channel} in it", "--channels", "2", "--url", "http://h/a");
    assertUsage("--body = x (expected a text with {data} in it)", "--body", "x");
  }

  @Test
  void aUrlThatCannotBeAskedIsOneLineThatSaysWhichOneCan() {
    for (String command : List.of("reload", "health", "status")) {
      assertUrl("--admin", "localhost:8082", "did you mean http://localhost:8082?", command);
    }
    assertUrl("--admin", "127.0.0.1:8082", "did you mean http://127.0.0.1:8082?", "reload");
    for (String none :
        List.of("foo", "ftp://x", "", "http://", "http://a b", "http://h:70000", "http://h?x")) {
      assertUrl("--admin", none, "give one such as http://127.0.0.1:8082", "reload");
    }
    assertUrl("--url", "localhost:8081", "did you mean http://localhost:8081?", "publish a b");
    assertUrl("--url", "http://u:p@h", "such as http://127.0.0.1:8081", "publish a b");
    assertUrl("--url", "[::1]:80/e", "did you mean http://[::1]:80/e?", "subscribe a");
    assertUrl("--url", "ws://h/e", "such as http://127.0.0.1:8080/events", "subscribe a");
  }

  @Test
  void aHeaderThatCannotBeSentIsOneLineAndTellsNoSecret() {
    for (String bad : List.of("a\nb", "a\r", "\u0000", "\u007f", "k\u00e9", "\u20ac")) {
      assertHeader("--type = " + Console.oneLine(bad), "--type", bad);
      assertHeader("--key = (secret)", "--key", bad);
    }
    Typed variable = new Typed().environment("SLUICE_KEY", "hidden\n");
    assertThat(variable.run("publish", "a", "b")).isEqualTo(Exit.USAGE);
    assertThat(variable.err())
        .hasLineCount(1)
        .contains("SLUICE_KEY = (secret)")
        .doesNotContain("hidden");
  }

  private static void assertHeader(String words, String... options) {
    Typed wrong = new Typed();
    assertThat(wrong.run("publish", "a", "b", options[0], options[1])).isEqualTo(Exit.USAGE);
    assertThat(wrong.err()).hasLineCount(1).contains("unusable header · " + words + " (expected");
    assertThat(wrong.out()).isEmpty();
  }

  @Test
  void aFileNameThatIsNoneIsOneLine() {
    assertThat(typed.run("publish", "a", "@x\u0000\ny")).isEqualTo(Exit.USAGE);
    assertThat(typed.err()).hasLineCount(1).contains("data cannot be read · @x\\u0000\\ny");
  }

  private static void assertUrl(String option, String url, String advice, String command) {
    Typed wrong = new Typed();
    List<String> line = new ArrayList<>(List.of(command.split(" ", -1)));
    line.add(option + "=" + url);
    assertThat(wrong.run(line.toArray(String[]::new))).as(wrong.err()).isEqualTo(Exit.USAGE);
    assertThat(wrong.err())
        .startsWith("sluice: unusable URL · " + option + " = " + url + " (expected http://")
        .contains(advice)
        .hasLineCount(1);
    assertThat(wrong.out()).isEmpty();
  }

  private static void assertUsage(String words, String... options) {
    Typed bench = new Typed();
    String[] line = new String[options.length + 1];
    line[0] = "bench";
    System.arraycopy(options, 0, line, 1, options.length);
    assertThat(bench.run(line)).isEqualTo(Exit.USAGE);
    assertThat(bench.err()).contains(words);
  }

  @Test
  void sinceAndRewindExcludeEachOther() {
    assertThat(typed.run("subscribe", "demo", "--since", "1a", "--rewind", "3"))
        .isEqualTo(Exit.USAGE);
    assertThat(typed.err()).contains("mutually exclusive");
  }

  @Test
  void everyConfigurationProblemIsALineOfItsOwnAndNothingStarts(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("sluice.yaml");
    Files.writeString(
        file,
        """
        listen:
          public: nowhere
        drain: 5
        rutes: []
        """);
    assertThat(typed.run("serve", "--config", file.toString())).isEqualTo(Exit.USAGE);
    assertThat(typed.err().lines())
        .hasSizeGreaterThanOrEqualTo(3)
        .allMatch(line -> line.startsWith(file + ":"));
    assertThat(typed.out()).isEmpty();
  }

  @Test
  void configurationThatIsNotThereIsAUsageError() {
    assertThat(typed.run("serve", "--config", "no/such/file.yaml")).isEqualTo(Exit.USAGE);
    assertThat(typed.err()).contains("no/such/file.yaml").contains("no such file");
  }

  @Test
  void portOutOfRangeSaysWhatIsExpected() {
    assertThat(typed.run("serve", "--public-port", "65536")).isEqualTo(Exit.USAGE);
    assertThat(typed.err()).contains("--public-port = 65536 (expected 0 to 65535)");
  }

  @Test
  void dataFileThatIsNotThereIsAUsageError() {
    assertThat(typed.run("publish", "demo", "@no-such-file")).isEqualTo(Exit.USAGE);
    assertThat(typed.err()).contains("@no-such-file");
  }

  @Test
  void controlCharactersNeverReachTheTerminal() {
    assertThat(Console.oneLine("a\u001b[31mb\nc\td\u202ee"))
        .isEqualTo("a\\u001b[31mb\\nc\\td\\u202ee");
  }

  @Test
  void plainTextHasNoColours() {
    assertThat(typed.run("--no-color", "--help")).isZero();
    assertThat(typed.out()).doesNotContain("\u001b");
  }
}
