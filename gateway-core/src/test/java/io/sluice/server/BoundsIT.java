package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.ConfigReader;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bounds as an operator meets them: set in the file, hit by a client, seen in the metrics. */
final class BoundsIT {

  private static final String ROUTE =
      """
      listen: { public: "127.0.0.1:0", publish: "127.0.0.1:0", admin: "127.0.0.1:0" }
      event-loops: 1
      routes:
        - match: { path: "/events/{channel}" }
          push: {}
        - match: { path: "/last" }
          push: { channel: "last", history: { count: 1 } }
      """;

  @TempDir private Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  /** A gateway with a line of configuration beside the routes. */
  private TestGateway with(String line) throws Exception {
    Path file = Files.writeString(folder.resolve("bounds.yaml"), ROUTE + line + "\n");
    var result = new ConfigReader(Map.of()).read(file);
    assertThat(result).isInstanceOf(ConfigReader.Result.Accepted.class);
    return TestGateway.start(((ConfigReader.Result.Accepted) result).config());
  }

  private static long hits(TestGateway gateway, String limit) throws Exception {
    String label = "sluice_limit_hit_total{limit=\"" + limit + "\"} ";
    String page = gateway.get(Listener.ADMIN, "/metrics");
    int from = page.indexOf(label) + label.length();
    return (long) Double.parseDouble(page.substring(from, page.indexOf('\n', from)));
  }

  /** Waits for a bound to be hit by what happens in its own time. */
  private static void awaitHit(TestGateway gateway, String limit) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (hits(gateway, limit) == 0) {
      assertThat(System.nanoTime()).as(limit).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static JsonObject poll(TestGateway gateway, String target) throws Exception {
    return new JsonObject(gateway.get(Listener.PUBLIC, target));
  }

  private static RawClient stream(TestGateway gateway, String path) throws Exception {
    RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC));
    client.request("GET " + path + " HTTP/1.1", "Host: a", "Accept: text/event-stream");
    return client;
  }

  private HttpResponse<String> post(TestGateway gateway, String json) throws Exception {
    URI uri =
        URI.create("http://127.0.0.1:" + gateway.port(Listener.PUBLISH) + "/channels/c/events");
    return http.send(
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  @Proves("LIM-1")
  void aRequestLineAndHeaders() throws Exception {
    try (TestGateway gateway = with("limits: { request-line: 1KiB, header: 2KiB }")) {
      try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
        client.request("GET /" + "x".repeat(1100) + " HTTP/1.1", "Host: a");
        assertThat(client.readAll()).contains(" 414 ").contains("limits.request-line");
      }
      try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
        client.request("GET / HTTP/1.1", "Host: a", "X-Big: " + "x".repeat(2100));
        assertThat(client.readAll()).contains(" 431 ").contains("limits.header");
      }
      assertThat(hits(gateway, "limits.request-line")).isEqualTo(1);
      assertThat(hits(gateway, "limits.header")).isEqualTo(1);
    }
  }

  @Test
  @Proves({"LIM-1", "PUB-3"})
  void theDepthOfJson() throws Exception {
    try (TestGateway gateway = with("publish: { max-depth: 8 }")) {
      HttpResponse<String> refused = post(gateway, "[".repeat(9) + "]".repeat(9));
      assertThat(refused.statusCode()).isEqualTo(422);
      assertThat(refused.body()).contains("more than 8 levels deep (publish.max-depth)");
      assertThat(post(gateway, "[".repeat(8) + "]".repeat(8)).statusCode()).isEqualTo(200);
      assertThat(post(gateway, "[" + "9".repeat(2000) + "]").body()).doesNotContain("max-depth");
      assertThat(hits(gateway, "publish.max-depth")).isEqualTo(1);
    }
  }

  @Test
  @Proves({"LIM-1", "GET-2", "POL-4"})
  void theBytesOfAnAnswer() throws Exception {
    try (TestGateway gateway =
        with("publish: { max-answer: 4KiB }\nlimits: { poll-answer: 4KiB }")) {
      for (int i = 0; i < 3; i++) {
        gateway.publish("c", "x".repeat(3000));
      }

      String target = "/channels/c/events";
      JsonObject read = new JsonObject(gateway.get(Listener.PUBLISH, target));
      assertThat(read.getJsonArray("events")).hasSize(2);
      String rest = gateway.get(Listener.PUBLISH, target + "?since=" + read.getString("next"));
      assertThat(new JsonObject(rest).getJsonArray("events")).hasSize(1);
      assertThat(hits(gateway, "publish.max-answer")).isEqualTo(1);

      JsonObject polled = poll(gateway, "/events/c?rewind=3");
      assertThat(polled.getJsonArray("events")).hasSize(2);
      polled = poll(gateway, "/events/c?since=" + polled.getString("next"));
      assertThat(polled.getJsonArray("events")).hasSize(1);
      assertThat(hits(gateway, "limits.poll-answer")).isEqualTo(1);
    }
  }

  @Test
  @Proves("LIM-1")
  void thePagesOfAReaderThatIsBehind() throws Exception {
    try (TestGateway gateway = with("limits: { page: 1KiB, page-events: 2, pages-per-turn: 1 }")) {
      for (int i = 0; i < 5; i++) {
        gateway.publish("small", "x");
        gateway.publish("large", "x".repeat(2000));
      }

      assertThat(poll(gateway, "/events/small?rewind=5").getJsonArray("events")).hasSize(5);
      assertThat(hits(gateway, "limits.page-events")).isPositive();
      assertThat(hits(gateway, "limits.page")).isZero();
      assertThat(hits(gateway, "limits.pages-per-turn")).isPositive();

      assertThat(poll(gateway, "/events/large?rewind=5").getJsonArray("events")).hasSize(5);
      assertThat(hits(gateway, "limits.page")).isPositive();
    }
  }

  @Test
  @Proves("LIM-1")
  void theRecentBatchesOfALoop() throws Exception {
    try (TestGateway gateway = with("limits: { recent: 64KiB, recent-age: 1m }");
        RawClient client = stream(gateway, "/events/c")) {
      client.readUntil("sluice.open");
      for (int i = 0; i < 3; i++) {
        gateway.publish("c", "x".repeat(40_000) + "!");
        client.readUntil("!");
      }
      awaitHit(gateway, "limits.recent");
      assertThat(hits(gateway, "limits.recent-age")).isZero();
    }
    try (TestGateway gateway = with("limits: { recent-age: 100ms }");
        RawClient client = stream(gateway, "/events/c")) {
      client.readUntil("sluice.open");
      gateway.publish("c", "x");
      awaitHit(gateway, "limits.recent-age");
      assertThat(hits(gateway, "limits.recent")).isZero();
    }
  }

  @Test
  @Proves("LIM-1")
  void theFloorOfALog() throws Exception {
    try (TestGateway gateway = with("channels: { floor: { bytes: 1KiB, age: 1m } }")) {
      gateway.publish("last", "x".repeat(2000));
      assertThat(hits(gateway, "channels.floor.bytes")).isZero();
      gateway.publish("last", "x");
      assertThat(hits(gateway, "channels.floor.bytes")).isEqualTo(1);
    }
    try (TestGateway gateway = with("channels: { floor: { age: 0ms } }")) {
      gateway.publish("last", "x");
      assertThat(hits(gateway, "channels.floor.age")).isZero();
      gateway.publish("last", "x");
      assertThat(hits(gateway, "channels.floor.age")).isEqualTo(1);
    }
  }

  @Test
  @Proves({"LIM-1", "LIM-3", "SSE-10"})
  void clientsThatAreTurnedAwayInFull() throws Exception {
    try (TestGateway gateway = with("limits: { connections: 1, turned-away: 0 }");
        RawClient first = stream(gateway, "/events/c")) {
      first.readUntil("sluice.open");
      try (RawClient second = stream(gateway, "/events/c")) {
        assertThat(second.readAll())
            .startsWith("HTTP/1.1 200 OK\r\n")
            .contains("text/event-stream")
            .contains("\r\n\r\nretry: ")
            .contains("event: sluice.close\ndata: {\"reason\":\"overloaded\",\"retry\":");
      }
      try (RawClient socket = RawClient.connect(gateway.port(Listener.PUBLIC))) {
        socket.request(
            "GET /events/c HTTP/1.1",
            "Host: a",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");
        assertThat(socket.readUntil("}")).startsWith("HTTP/1.1 503 ").contains("overloaded");
      }
      assertThat(hits(gateway, "limits.turned-away")).isEqualTo(2);
    }
  }

  @Test
  @Proves("LIM-1")
  void theTimeForAHead() throws Exception {
    try (TestGateway gateway = with("limits: { header-timeout: 2s }");
        RawClient silent = RawClient.connect(gateway.port(Listener.PUBLIC));
        RawClient slow = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      slow.send("GET / HT");
      assertThat(slow.readAll()).startsWith("HTTP/1.1 408 ").contains("request-timeout");
      assertThat(silent.readAll()).isEmpty();
      assertThat(hits(gateway, "limits.header-timeout")).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  @Proves("LIM-1")
  void theTimeBetweenRequestsAndNoneForStreamsAndHeldPolls() throws Exception {
    try (TestGateway gateway = with("limits: { idle: 3s }");
        RawClient stream = stream(gateway, "/events/a");
        RawClient held = RawClient.connect(gateway.port(Listener.PUBLIC));
        RawClient idle = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      stream.readUntil("sluice.open");
      held.request("GET /events/a?rewind=0 HTTP/1.1", "Host: a", "Prefer: wait=20");
      idle.request("GET /nothing HTTP/1.1", "Host: a");
      assertThat(idle.readAll()).startsWith("HTTP/1.1 404 ");
      assertThat(hits(gateway, "limits.idle")).isGreaterThanOrEqualTo(1);
      gateway.publish("a", "still here");
      assertThat(stream.readUntil("still here")).doesNotContain("sluice.close");
      assertThat(held.readUntil("still here")).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  @Proves("LIM-1")
  void openSocketsButTheListenerForOperatorsStaysReachable() throws Exception {
    try (TestGateway gateway = with("limits: { sockets: 2 }");
        RawClient first = stream(gateway, "/events/a");
        RawClient second = stream(gateway, "/events/a")) {
      first.readUntil("sluice.open");
      second.readUntil("sluice.open");
      try (RawClient third = RawClient.connect(gateway.port(Listener.PUBLIC))) {
        assertThat(third.read()).isEqualTo(-1);
      }
      assertThat(hits(gateway, "limits.sockets")).isEqualTo(1);
      assertThat(gateway.get(Listener.ADMIN, "/metrics")).contains("\nsluice_sockets 3");
    }
  }
}
