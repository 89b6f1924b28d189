package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.admin.ReloadOutcome;
import io.sluice.config.ConfigReader;
import io.sluice.config.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Taking over a changed configuration while clients are connected. */
final class ReloadIT {

  private static final String LISTEN =
      """
      listen: { public: "127.0.0.1:0", publish: "127.0.0.1:0", admin: "127.0.0.1:0" }
      event-loops: 2
      """;
  private static final String STAYS = "{ match: { path: '/stays/{channel}' }, push: {} }";
  private static final String OTHER =
      "{ match: { path: '/other/{channel}' }, push: { heartbeat: 20s } }";

  private volatile String file = "";
  private TestGateway gateway;

  private static String yaml(String... routes) {
    return LISTEN + "routes: [" + String.join(", ", routes) + "]\n";
  }

  private static ConfigReader.Result read(String yaml) {
    return new ConfigReader(Map.of()).read("x.yaml", yaml);
  }

  @BeforeEach
  void start() {
    file = yaml(STAYS, OTHER);
    gateway = TestGateway.start((ConfigReader.Result.Accepted) read(file), () -> read(file));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private ReloadOutcome reload() throws Exception {
    return gateway
        .gateway()
        .reload()
        .toCompletionStage()
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private static ReloadOutcome applied(ReloadOutcome.Routes routes, int ended, String... restart) {
    return new ReloadOutcome.Applied(routes, ended, List.of(restart));
  }

  private SseSubscriber stream(String path) throws IOException {
    return new SseSubscriber(RawClient.connect(gateway.port(Listener.PUBLIC)), path, null);
  }

  @Test
  void routesThatDidNotChangeKeepEveryStreamAndChangedOnesEndWithAdvice() throws Exception {
    List<SseSubscriber> kept = new ArrayList<>();
    List<SseSubscriber> changed = new ArrayList<>();
    try {
      for (int i = 0; i < 2_000; i++) {
        kept.add(stream("/stays/a"));
      }
      for (int i = 0; i < 200; i++) {
        changed.add(stream("/other/a"));
      }
      file = yaml(OTHER.replace("20s", "21s"), STAYS);

      assertThat(reload()).isEqualTo(applied(new ReloadOutcome.Routes(1, 1, 0, 0), 200));

      for (SseSubscriber each : changed) {
        assertThat(each.next()).isEqualTo(new Subscriber.Told.End("going-away"));
      }
      gateway.awaitConnections(2_000);
      gateway.publish("a", "after");
      for (SseSubscriber each : kept) {
        assertThat(each.next()).isInstanceOf(Subscriber.Told.Event.class);
      }
      assertThat(gateway.get(Listener.ADMIN, "/metrics"))
          .contains(
              "sluice_connections_closed_total{reason=\"going-away\",transport=\"sse\"} 200.0")
          .contains("sluice_config_reloads_total{result=\"applied\"} 1.0");
    } finally {
      for (SseSubscriber each : kept) {
        each.close();
      }
      for (SseSubscriber each : changed) {
        each.close();
      }
    }
  }

  @Test
  void aClientOfAChangedRouteResumesThereWithoutLossOrRepeat() throws Exception {
    try (SseSubscriber before = stream("/other/a")) {
      gateway.publish("a", "1");
      assertThat(before.next()).isInstanceOf(Subscriber.Told.Event.class);
      file = yaml(OTHER.replace("20s", "21s"));
      reload();
      assertThat(before.next()).isEqualTo(new Subscriber.Told.End("going-away"));
      gateway.publish("a", "2");
      RawClient back = RawClient.connect(gateway.port(Listener.PUBLIC));
      try (SseSubscriber after = new SseSubscriber(back, "/other/a", before.cursor())) {
        assertThat(((Subscriber.Told.Event) after.next()).data()).isEqualTo("2");
      }
      try (RawClient gone = RawClient.connect(gateway.port(Listener.PUBLIC))) {
        gone.request("GET /stays/a HTTP/1.1", "Host: a", "Connection: close");
        assertThat(gone.readAll()).startsWith("HTTP/1.1 404 ");
      }
    }
  }

  @Test
  void everyTransportIsToldInItsManner() throws Exception {
    int port = gateway.port(Listener.PUBLIC);
    String head = gateway.publish("a", "1");
    try (Subscriber webSocket = Subscriber.open(Transport.WEBSOCKET, port, "/other/a", head);
        RawClient longPoll = RawClient.connect(port)) {
      longPoll.request(
          "GET /other/a?wait=20&since=" + head + " HTTP/1.1", "Host: a", "Connection: close");
      // Only then is the poll held: until it has its start it is told to come back.
      gateway.awaitMetric("sluice_resume_total{result=\"ok\"}", 2);
      file = yaml(STAYS);
      assertThat(reload()).isEqualTo(applied(new ReloadOutcome.Routes(1, 0, 0, 1), 2));
      assertThat(webSocket.next()).isEqualTo(new Subscriber.Told.End("1001 going-away"));
      assertThat(longPoll.readAll())
          .startsWith("HTTP/1.1 200 ")
          .contains("\"events\":[]", "\"next\":\"" + head);
    }
  }

  @Test
  void aFileWithMistakesChangesNothing() throws Exception {
    try (SseSubscriber stream = stream("/stays/a")) {
      file = yaml(STAYS.replace("{}", "{ heartbeat: 0s }"));
      ReloadOutcome outcome = reload();
      assertThat(outcome).isInstanceOf(ReloadOutcome.Refused.class);
      assertThat(((ReloadOutcome.Refused) outcome).problems()).hasSize(1);
      gateway.publish("a", "still here");
      assertThat(stream.next()).isInstanceOf(Subscriber.Told.Event.class);
      assertThat(gateway.get(Listener.ADMIN, "/metrics"))
          .contains("sluice_config_reloads_total{result=\"refused\"} 1.0");
    }
  }

  @Test
  void whatNeedsARestartIsSaidAndStaysAsItIs() throws Exception {
    file = yaml(STAYS, OTHER).replace("event-loops: 2", "event-loops: 1\nlimits: { stalled: 6s }");
    assertThat(reload())
        .isEqualTo(
            applied(new ReloadOutcome.Routes(2, 0, 0, 0), 0, "limits.stalled", "event-loops"));
  }

  @Test
  void keysForPublishingComeIntoForceAndHistoriesFollow() throws Exception {
    for (int i = 0; i < 10; i++) {
      gateway.publish("a", "" + i);
    }
    file =
        yaml(STAYS.replace("{}", "{ history: { count: 3 } }"))
            + "publish: { keys: [{ name: a, key: 0123456789abcdef }] }\n";
    reload();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!gateway.get(Listener.ADMIN, "/channels/a").contains("\"count\":3")) {
      assertThat(System.nanoTime()).as("when the history has followed").isLessThan(deadline);
    }
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLISH))) {
      client.send(
          "POST /channels/a/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
              + "Content-Length: 1\r\n\r\nx");
      assertThat(client.readAll()).startsWith("HTTP/1.1 401 ");
    }
  }
}
