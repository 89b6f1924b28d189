package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigCommandTest {

  private static final String SECRET = "hunter2-hunter2-hunter2";

  private final Typed typed = new Typed().environment("DRAIN", "20s").environment("TOKEN", SECRET);

  @TempDir private Path folder;
  private String file = "";

  @BeforeEach
  void write() throws IOException {
    Path path = folder.resolve("edge.yaml");
    file = path.toString();
    Files.writeString(folder.resolve("orders.key"), SECRET + "\n");
    Files.writeString(
        path,
        """
        drain: ${DRAIN}
        event-loops: ${LOOPS:-2}
        publish:
          keys:
            - { name: orders, key: "${file:orders.key}", channels: [a, "b-*"] }
            - { name: plain, key: hunter2-hunter2-hunter2-hunter2 }
        defaults:
          heartbeat: 9s
          upstream: { idle-timeout: 7m }
        routes:
          - match: { path: "/events/{channel}" }
            push: { retry: { min: 2s } }
          - match: { path: "/**" }
            upstream:
              url: http://127.0.0.1:3000
              request-headers:
                add: ["X-Env: test", "Authorization: hunter2", "X-Other: ${TOKEN}"]
        """);
  }

  private List<String> lines(String... options) {

    List<String> all = new ArrayList<>(List.of("config", "show", "--config", file));
    all.addAll(List.of(options));
    assertThat(typed.run(all.toArray(String[]::new))).as(typed.err()).isZero();
    return typed.out().lines().map(line -> line.replaceAll(" +# ", " # ")).toList();
  }

  @Test
  void everyWrittenValueSaysWhereItComesFrom() {
    assertThat(lines())
        .contains(
            "drain = 20s # " + file + ":1, environment variable DRAIN",
            "event-loops = 2 # " + file + ":2",
            "publish.keys[0].name = orders # " + file + ":5",
            "publish.keys[0].key = (hidden) # " + file + ":5, file orders.key",
            "publish.keys[0].channels = [a, b-*] # " + file + ":5",
            "routes[0].push.heartbeat = 9s # " + file + ":8 defaults.heartbeat",
            "routes[0].push.retry.min = 2s # " + file + ":12",
            "routes[1].upstream.idle-timeout = 7m # " + file + ":9 defaults.upstream.idle-timeout")
        .noneMatch(line -> line.endsWith("# default"))
        .noneMatch(line -> line.startsWith("routes[1].push"));
  }

  @Test
  void noSecretIsShown() {
    assertThat(lines("--all"))
        .noneMatch(line -> line.contains("hunter2"))
        .anyMatch(
            line ->
                line.startsWith(
                    "routes[1].upstream.request-headers.add = [X-Env: (hidden), Authorization:"
                        + " (hidden), X-Other: (hidden)] # "));
  }

  @Test
  void withAllTheDefaultsAreThereToo() {
    assertThat(lines("--all"))
        .contains(
            "listen.public = 0.0.0.0:8080 # default",
            "state = (none) # default",
            "publish.keys[1].channels = * # default",
            "routes[0].push.origins = same # default");
  }

  @Test
  void aProgramGetsTheOriginInParts() {
    assertThat(typed.run("config", "show", "-c", file, "--format", "json")).isZero();
    JsonArray all = new JsonArray(typed.out());
    assertThat(all.getJsonObject(0))
        .isEqualTo(
            new JsonObject()
                .put("path", "publish.keys[0].name")
                .put("value", "orders")
                .put("change", "reload")
                .put("from", "file")
                .put("file", file)
                .put("line", 5)
                .put("column", 9));
    assertThat(all.encode())
        .contains("\"variables\":[\"DRAIN\"]")
        .contains("\"included\":[\"orders.key\"]")
        .contains("\"from\":\"defaults.heartbeat\"")
        .doesNotContain("hunter2");
  }

  @Test
  void mistakesAreToldInsteadOfValues() throws IOException {
    Files.writeString(Path.of(file), "drain: 5\n");
    assertThat(typed.run("config", "show", "-c", file)).isEqualTo(Exit.USAGE);
    assertThat(typed.err()).startsWith(file + ":1:1 drain = 5");
    assertThat(typed.out()).isEmpty();
  }

  @Test
  void theSchemaIsTheShippedOne() throws IOException {
    assertThat(typed.run("config", "schema")).isZero();
    assertThat(typed.out()).isEqualTo(Files.readString(Path.of("../conf/schema.json")));
  }

  @Test
  void configAloneNamesItsCommands() {
    assertThat(typed.run("config")).isEqualTo(Exit.USAGE);
    assertThat(typed.err()).contains("expected one of show, schema");
  }
}
