package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.ConfigReader.Result;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigReaderTest {

  private static final ConfigReader READER =
      new ConfigReader(Map.of("HEARTBEAT", "20s", "EMPTY", "", "PORT", "9000"));

  private static Config accept(String yaml) {
    Result result = READER.read("x.yaml", yaml);
    assertThat(result).as(result.toString()).isInstanceOf(Result.Accepted.class);
    return ((Result.Accepted) result).config();
  }

  private static Route.Push push(String route) {
    Route.Push push = accept("routes:\n  - " + route).routes().get(0).push();
    assertThat(push).isNotNull();
    return push;
  }

  private static List<String> refuse(Result result) {
    assertThat(result).isInstanceOf(Result.Refused.class);
    return ((Result.Refused) result).problems().stream().map(ConfigProblem::toString).toList();
  }

  @Test
  void emptyBlocksAreAllDefaults() {
    assertThat(accept("{}")).isEqualTo(Config.DEFAULT);
    assertThat(accept("listen:\nroutes:\n")).as("empty blocks").isEqualTo(Config.DEFAULT);
  }

  @Test
  void aFileOfNothingIsRefused() {
    for (String text : List.of("", "\n \n", "# only a comment\n", "---\n", "~", "\uFEFF")) {
      assertThat(refuse(READER.read("x.yaml", text)))
          .singleElement()
          .asString()
          .contains("nothing but space and comments (expected keys at the top)");
    }
  }

  @Test
  void everyKeyIsRead() {
    Config config =
        accept(
            """
            listen: { public: ":80", publish: "[::1]:81", admin: "localhost:0" }
            state: /var/lib/sluice/state
            drain: 20s
            event-loops: 3
            publish:
              keys:
                - { name: orders, key: 0123456789abcdef, channels: ["orders-*", all] }
              open: true
              max-body: 2MiB
              max-event: 3MiB
              max-items: 4
              publish-ids: { keep: 6m, max: 7000 }
              max-depth: 8
              max-answer: 9KiB
              body-timeout: 8s
              body-memory: 9MiB
            channels: { remember: 2h, history-memory: 3GiB, identity-memory: 5MiB, floor: { bytes: 6KiB, age: 7s } }
            limits:
              { connections: 6, catch-up: 7MiB, stalled: 8s, turned-away: 9, page: 10KiB, page-events: 11,
                pages-per-turn: 12, recent: 13MiB, recent-age: 14s, poll-answer: 15KiB, request-line: 16KiB,
                header: 17KiB, sockets: 18, header-timeout: 19s, idle: 20s, header-count: 21 }
            websocket: { max-message: 9KiB, max-message-rate: 10, pong-timeout: 11s }
            routes:
              - match: { path: "/chat/{room}" }
                push:
                  channel: "room-{room}"
                  select: ["a-*", b]
                  transports: [sse, poll]
                  origins: ["https://App.example:443", "http://localhost:3000"]
                  heartbeat: 12s
                  retry: { min: 2s, max: 3s }
                  poll: { max-wait: 4s, linger: 5ms, limit: 6 }
                  history: { count: 7, bytes: 8KiB, age: 9s }
                  compression: true
                upstream: { url: "http://127.0.0.1:3000/" }
            """);

    Route.Push push =
        new Route.Push(
            "room-{room}",
            List.of(new ChannelPattern("a-*"), new ChannelPattern("b")),
            Set.of(Transport.SSE, Transport.POLL),
            new Route.Origins(false, List.of("https://app.example", "http://localhost:3000")),
            Duration.ofSeconds(12),
            Duration.ofSeconds(2),
            Duration.ofSeconds(3),
            new Route.Poll(Duration.ofSeconds(4), Duration.ofMillis(5), 6),
            new Route.History(7, 8192, Duration.ofSeconds(9)),
            true);
    List<ChannelPattern> scope = List.of(new ChannelPattern("orders-*"), new ChannelPattern("all"));
    assertThat(config)
        .isEqualTo(
            new Config(
                new Config.Listen(
                    new Config.Address("0.0.0.0", 80),
                    new Config.Address("::1", 81),
                    new Config.Address("localhost", 0)),
                new Config.Publish(
                    List.of(new Config.Key("orders", "0123456789abcdef", scope)),
                    true,
                    2 << 20,
                    3 << 20,
                    4,
                    Duration.ofMinutes(6),
                    7000,
                    8,
                    9 << 10,
                    new Config.Bodies(Duration.ofSeconds(8), 9 << 20)),
                new Config.Channels(
                    Duration.ofHours(2),
                    3L << 30,
                    5 << 20,
                    new Config.Floor(6 << 10, Duration.ofSeconds(7))),
                new Config.Limits(
                    6,
                    9,
                    Duration.ofSeconds(8),
                    16 << 10,
                    17 << 10,
                    new Config.Delivery(
                        7 << 20, 10 << 10, 11, 12, 13 << 20, Duration.ofSeconds(14), 15 << 10),
                    new Config.Door(18, Duration.ofSeconds(19), Duration.ofSeconds(20), 21)),
                new Config.WebSocket(9 << 10, 10, Duration.ofSeconds(11)),
                Path.of("/var/lib/sluice/state"),
                Duration.ofSeconds(20),
                3,
                List.of(
                    new Route(
                        PathTemplate.parse("/chat/{room}"),
                        push,
                        Upstream.to(URI.create("http://127.0.0.1:3000"))))));
  }

  @Test
  void anUpstreamHasEverythingThatIsWrittenAndTheDefaultsOfTheFile() {
    Config config =
        accept(
            """
            defaults:
              upstream:
                idle-timeout: 7m
                pool: { keep-alive: 9s }
                request-headers: { remove: Cookie }
            routes:
              - match: { path: "/api/{v}/**" }
                upstream:
                  targets: ["http://a:1", "http://b:2"]
                  path: "/{v}/x/{**}"
                  host: app.example:81
                  connect-timeout: 1s
                  first-byte-timeout: 2s
                  pool: { connections: 3, waiting: 4 }
                  health: { failures: 5, leave-out: 6s, retries: 7 }
                  request-headers: { add: "X-Env:  test" }
                  response-headers: { remove: [Server, X-Powered-By], add: [] }
            """);
    assertThat(config.routes().get(0).upstream())
        .isEqualTo(
            new Upstream(
                List.of(URI.create("http://a:1"), URI.create("http://b:2")),
                new PathRewrite("/{v}/x/{**}", List.of("/", "/x/", ""), List.of("v", "**")),
                "app.example:81",
                new Upstream.Times(
                    Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofMinutes(7)),
                new Upstream.Pool(3, 4, Duration.ofSeconds(9)),
                new Upstream.Health(5, Duration.ofSeconds(6), 7),
                new Upstream.HeaderChanges(
                    List.of("cookie"), List.of(new Upstream.Header("X-Env", "test"))),
                new Upstream.HeaderChanges(List.of("server", "x-powered-by"), List.of())));
  }

  @Test
  void theOnlyVariableOfThePathNamesTheChannel() {
    assertThat(push("{ match: { path: '/e/{room}' }, push: {} }").channel()).isEqualTo("{room}");
    assertThat(push("{ match: { path: '/e/{room}' }, push: }").channel()).isEqualTo("{room}");
    assertThat(push("{ match: { path: /e }, push: { select: a } }").channel()).isNull();
    assertThat(push("{ match: { path: '/{a}/{b}' }, push: { select: a } }").channel()).isNull();
    assertThat(push("{ match: { path: '/e/{a}' }, push: { channel: a } }").channel())
        .isEqualTo("a");
  }

  @Test
  void routesOverrideTheDefaults() {
    Config config =
        accept(
            """
            defaults: { heartbeat: 5s, origins: "*", history: { count: 5, age: 5s } }
            routes:
              - match: { path: "/a/{x}" }
                push: { history: { count: 6 }, origins: same }
              - match: { path: "/b/{x}" }
                push: {}
            """);
    Route.Push a = config.routes().get(0).push();
    Route.Push b = config.routes().get(1).push();
    assertThat(a).isNotNull();
    assertThat(b).isNotNull();
    assertThat(a.heartbeat()).isEqualTo(Duration.ofSeconds(5));
    assertThat(a.history()).isEqualTo(new Route.History(6, 1 << 20, Duration.ofSeconds(5)));
    assertThat(a.origins()).isEqualTo(Route.Origins.SAME);
    assertThat(b.history().count()).isEqualTo(5);
    assertThat(b.origins()).isEqualTo(Route.Origins.ANY);
  }

  @Test
  @Proves("PUB-11")
  void aPublishListenerBeyondLoopbackNeedsAKeyOrAWord() {
    String open = "listen: { publish: ':8081' }\n";
    assertThat(refuse(READER.read("x.yaml", open)))
        .singleElement()
        .asString()
        .contains("publish.open: true");
    accept(open + "publish: { open: true }");
    accept(open + "publish: { keys: [ { name: a, key: 0123456789abcdef } ] }");
    for (String loopback : List.of("127.0.0.1", "127.8.9.10", "localhost", "[::1]")) {
      accept("listen: { publish: '" + loopback + ":8081' }");
    }
    for (String other : List.of("10.0.0.1", "[::]", "[::ffff:127.0.0.1]", "127.0.0.1.example")) {
      refuse(READER.read("x.yaml", "listen: { publish: '" + other + ":8081' }"));
    }
  }

  @Test
  void variablesAreReplacedInValues() {
    assertThat(accept("drain: ${HEARTBEAT}").drain()).isEqualTo(Duration.ofSeconds(20));
    assertThat(accept("drain: ${UNSET:-7s}").drain()).isEqualTo(Duration.ofSeconds(7));
    assertThat(accept("drain: ${EMPTY:-7s}").drain()).isEqualTo(Duration.ofSeconds(7));
    assertThat(accept("listen: { admin: 'localhost:${PORT}' }").listen().admin().port())
        .isEqualTo(9000);
    assertThat(accept("state: /a$b/$${PORT}").state()).isEqualTo(Path.of("/a$b/${PORT}"));
  }

  @Test
  void aFileIsPutInFromBesideTheConfiguration(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("publish.key"), "0123456789abcdef0\n");
    Path file = folder.resolve("edge.yaml");
    Files.writeString(file, "publish: { keys: [ { name: a, key: '${file:publish.key}' } ] }\n");
    Result result = READER.read(file);
    assertThat(result).isInstanceOf(Result.Accepted.class);
    Config config = ((Result.Accepted) result).config();
    assertThat(config.publish().keys().get(0).key()).isEqualTo("0123456789abcdef0");
  }

  @Test
  void noProblemShowsASecret(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("short.key"), "hunter2");
    Path file = folder.resolve("edge.yaml");
    Files.writeString(
        file,
        """
        drain: ${file:short.key}
        limits: { connections: "${file:short.key}" }
        listen: { public: "${file:short.key}" }
        publish:
          keys:
            - { name: a, key: "${file:short.key}" }
            - { name: b, key: hunter2 }
            - { name: b, key: hunter2-hunter2-hunter2 }
            - { name: c, key: hunter2-hunter2-hunter2 }
        """);
    assertThat(refuse(READER.read(file)))
        .hasSizeGreaterThan(5)
        .noneMatch(p -> p.contains("hunter2"));
  }

  @Test
  void aFileThatCannotBeReadIsAProblem(@TempDir Path folder) throws IOException {
    assertThat(refuse(READER.read(folder.resolve("no.yaml"))))
        .containsExactly(
            folder
                + "/no.yaml:1:1 the file cannot be read (expected UTF-8 text of at most 1 MiB):"
                + " there is no such file");
    Path latin = folder.resolve("latin.yaml");
    Files.write(latin, "# é".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(refuse(READER.read(latin))).singleElement().asString().endsWith("it is not UTF-8");
    Path huge = folder.resolve("huge.yaml");
    Files.writeString(huge, "#".repeat(ConfigReader.MAX_BYTES + 1));
    assertThat(refuse(READER.read(huge))).singleElement().asString().contains("longer than");
    assertThat(refuse(READER.read(folder))).hasSize(1);
  }

  @Test
  void nothingCanGrowBeyondTheText() {
    assertThat(refuse(READER.read("x.yaml", "#".repeat(ConfigReader.MAX_BYTES + 1)))).hasSize(1);
    assertThat(refuse(READER.read("x.yaml", "[".repeat(100_000))).get(0)).contains("nesting");
    assertThat(refuse(READER.read("x.yaml", "{a: ".repeat(100_000))).get(0)).contains("nesting");
    assertThat(refuse(READER.read("x.yaml", "- ".repeat(100_000))).get(0)).contains("nesting");
  }

  @Provide
  Arbitrary<String> yamlish() {
    return Arbitraries.of(
            "routes:",
            "\n",
            "  ",
            "- ",
            "match: ",
            "{",
            "}",
            "[",
            "]",
            "path: ",
            "/a",
            "push: ",
            ":",
            "listen: ",
            "drain: ",
            "10s",
            "'",
            "\"",
            "#",
            "*",
            "&a",
            "!",
            "%",
            "${A}",
            "|",
            ">",
            "---",
            "\t",
            "? ",
            ",",
            "é",
            "\u0000",
            "\uFEFF",
            "\uD83D",
            "%YAML 9",
            "\n...\n",
            "null",
            "<<: ")
        .list()
        .ofMaxSize(25)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 5000)
  void anyTextIsAConfigurationOrProblemsWithinTheText(@ForAll("yamlish") String text) {
    if (READER.read("x.yaml", text) instanceof Result.Refused refused) {
      assertThat(refused.problems()).isNotEmpty();
      assertThat(refused.problems())
          .allMatch(p -> p.line() >= 1 && p.column() >= 1 && p.line() <= text.lines().count() + 1);
    }
  }
}
