package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} says what the reader does. */
final class ConfigurationPageTest {

  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| `([^`]+)` \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\| ([^|]+) \\|$");
  private static final String PUSH = "routes[].push.";
  private static final String UPSTREAM = "routes[].upstream.";
  private static final String DEFAULTS = "defaults.";

  private static String page() throws IOException {
    return Files.readString(Path.of("../docs/configuration.md"));
  }

  private static String row(Matcher cells) {
    String fallback = cells.group(3).replace("`", "");
    boolean none = fallback.equals("none") || fallback.equals("required");
    return String.join(
        " | ",
        cells.group(1),
        cells.group(2),
        none ? "" : fallback,
        cells.group(4),
        cells.group(5),
        cells.group(6));
  }

  private static String row(Reading.Key key) {
    String fallback = key.fallback().equals("[]") ? "" : key.fallback();
    Keys.Row said = key.row();
    return String.join(
        " | ",
        key.path(),
        key.type(),
        fallback,
        key.kind().expected(),
        said.restart() ? "restart" : "reload",
        said.why());
  }

  @Test
  @Proves("LIM-1")
  void everyKeyStandsOnThePageWithAllThatIsSaidOfIt() throws IOException {
    Set<String> written = new TreeSet<>();
    Matcher rows = ROW.matcher(page());
    while (rows.find()) {
      written.add(row(rows));
    }
    Set<String> known = new TreeSet<>();
    for (Reading.Key key : ConfigReader.keys()) {
      if (!key.path().startsWith(DEFAULTS)) {
        known.add(row(key));
      }
    }
    assertThat(written).containsExactlyElementsOf(known);
  }

  @Test
  void nothingIsSaidOfAKeyThatIsNotRead() {
    assertThat(Keys.paths())
        .allSatisfy(
            path -> assertThat(ConfigReader.keys()).extracting(Reading.Key::path).contains(path));
  }

  @Test
  void defaultsHaveTheKeysOfPushExceptThoseThatNameChannels() {
    List<String> own = new ArrayList<>(List.of("channel", "select"));
    below(DEFAULTS).stream().filter(key -> !key.startsWith("upstream.")).forEach(own::add);
    assertThat(own).containsExactlyInAnyOrderElementsOf(below(PUSH));
  }

  @Test
  void defaultsHaveTheKeysOfUpstreamExceptThoseThatNameIt() {
    List<String> own = new ArrayList<>(List.of("url", "targets", "path"));
    own.addAll(below(DEFAULTS + "upstream."));
    assertThat(own).containsExactlyInAnyOrderElementsOf(below(UPSTREAM));
  }

  private static List<String> below(String prefix) {
    return ConfigReader.keys().stream()
        .filter(key -> key.path().startsWith(prefix))
        .map(key -> key.path().substring(prefix.length()))
        .toList();
  }

  @Test
  void theExampleIsValid() throws IOException {
    String page = page();
    int start = page.indexOf("```yaml\n") + "```yaml\n".length();
    String example = page.substring(start, page.indexOf("```", start));
    String yaml = example.replace("${file:orders.key}", "0123456789abcdef");
    var result = new ConfigReader(Map.of()).read("x.yaml", yaml);
    assertThat(result).isInstanceOf(ConfigReader.Result.Accepted.class);
  }

  @Test
  void theMessageOnThePageIsWhatTheReaderSays() throws IOException {
    String yaml =
        """
        routes:
          - match: { path: /a }
            upstream: { url: "http://127.0.0.1:3000" }

          - match: { path: /b }
            upstream: { url: "http://127.0.0.1:3000" }



          - match: { path: "/events/{channel}" }
            push:
              origins: "*"
              select: "*"
              heartbeat: 0s
        """;
    var result = new ConfigReader(Map.of()).read("conf/edge.yaml", yaml);
    assertThat(result).isInstanceOf(ConfigReader.Result.Refused.class);
    var problems = ((ConfigReader.Result.Refused) result).problems();
    assertThat(page()).contains("\n" + problems.get(0) + "\n");
  }
}
