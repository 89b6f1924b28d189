package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.server.Subscriber.Told;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** An upstream that is down (F14): what its clients are told, and that nobody else notices. */
@ParameterizedClass(name = "{0}")
@EnumSource(Outage.Way.class)
final class OutageIT {

  private static final String END = "\r\n\r\n";
  private static final long LIMIT_MS = 1_000;
  private static final int ROUNDS = 3;
  private static final int REQUESTS = 20;
  private static final int PROBES = 3;
  private static final String TIMES =
      "connect-timeout: " + LIMIT_MS + "ms, first-byte-timeout: " + LIMIT_MS + "ms";
  private static final String RETRIES = "sluice_upstream_retries_total{route=\"/two/**\"}";
  private static final String UP = "sluice_upstream_up{route=\"/two/**\"}";

  private final Outage.Way way;
  private final Outage down;
  private final FakeUpstream fine = new FakeUpstream();
  private final RecordingUpstream other = new RecordingUpstream();

  OutageIT(Outage.Way way) throws IOException {
    this.way = way;
    this.down = new Outage(way);
  }

  @AfterEach
  void close() throws Exception {
    down.close();
    fine.close();
    other.close();
  }

  /** One loop: whatever blocked it would block everybody. */
  private Config config(String health) {
    String both = quoted(down.uri().toString()) + ", " + quoted(other.uri().toString());
    return TestGateway.config(
        1,
        TestGateway.push("/events/{channel}", "{channel}", Route.History.DEFAULT),
        ProxyBed.route("/down/**", quoted(down.uri().toString()), TIMES + ", " + health),
        ProxyBed.route("/fine/**", quoted(fine.uri().toString()), ""),
        ProxyBed.route("/two/**", both, TIMES + ", " + health));
  }

  private static String quoted(String text) {
    return '"' + text + '"';
  }

  /** Three rounds, which is long after the target was left out; it is the route's only one. */
  @Test
  void itsClientsAreToldAndAllOthersGoOn() throws Exception {
    String health = "health: { retries: 0, failures: 3, leave-out: 1h }";
    try (TestGateway gateway = TestGateway.start(config(health));
        Neighbours neighbours = new Neighbours(gateway)) {
      for (int round = 0; round < ROUNDS; round++) {
        List<RawClient> clients = new ArrayList<>();
        long beganNs = System.nanoTime();
        for (int i = 0; i < REQUESTS; i++) {
          RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC));
          clients.add(client);
          client.request("GET /down/" + i + " HTTP/1.1", "Host: a", "Connection: close");
        }
        neighbours.goOn(gateway, "round " + round);
        for (RawClient client : clients) {
          assertTold(client.readAll());
          client.close();
        }
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNs);
        assertThat(tookMs).isLessThan(10 * LIMIT_MS);
        if (way != Outage.Way.REFUSES) {
          assertThat(tookMs).as("it was a time-out").isGreaterThanOrEqualTo(LIMIT_MS);
        }
      }
      down.comeBack();
      assertThat(untilItIsBack(gateway)).startsWith("HTTP/1.1 200 ").endsWith("back");
      assertThat(gateway.metric("sluice_upstream_up{route=\"/down/**\"}")).isEqualTo(1);
      neighbours.end();
      gateway.awaitMetric("sluice_tunnels", 0);
    }
  }

  /**
   * The first answer that is no time-out: a machine that stands still for a moment, or the kernel
   * with what is left of a full backlog, may let one more request time out.
   */
  private static String untilItIsBack(TestGateway gateway) throws Exception {
    long beganNs = System.nanoTime();
    while (true) {
      try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
        client.request("GET /down/again HTTP/1.1", "Host: a", "Connection: close");
        String answer = client.readAll();
        if (!answer.startsWith("HTTP/1.1 504 ")) {
          return answer;
        }
        assertThat(waited(beganNs)).as(answer).isLessThan(Duration.ofSeconds(30));
      }
    }
  }

  private void assertTold(String answer) {
    assertThat(answer)
        .startsWith("HTTP/1.1 " + way.status + " ")
        .containsIgnoringCase("\r\ncontent-type: application/problem+json")
        .contains("Proxy-Status: sluice; error=" + way.error + "\r\n")
        .contains(way.status == 502 ? "\"slug\":\"upstream-bad\"" : "upstream-timeout");
  }

  @Test
  void aTargetThatFailedTwiceGetsNoMoreRequests() throws Exception {
    String health = "health: { failures: 2, leave-out: 1h }";
    try (TestGateway gateway = TestGateway.start(config(health))) {
      for (int i = 0; i < REQUESTS; i++) {
        assertThat(get(gateway)).isEqualTo("ok");
      }
      assertThat(gateway.metric(RETRIES)).isEqualTo(2);
      assertThat(gateway.metric(UP)).isEqualTo(1);
      assertThat(other.whole()).isEqualTo(REQUESTS);
    }
  }

  /**
   * However many requests come: one try in each {@code leave-out}, and back at the first that
   * works.
   */
  @Test
  void oneRequestAtATimeTriesItAgainUntilItIsBack() throws Exception {
    long leaveOutMs = 200;
    String health = "health: { failures: 2, leave-out: " + leaveOutMs + "ms }";
    try (TestGateway gateway = TestGateway.start(config(health))) {
      long beganNs = System.nanoTime();
      while (gateway.metric(RETRIES) < 2 + PROBES) {
        assertThat(get(gateway)).isEqualTo("ok");
        assertThat(waited(beganNs)).isLessThan(Duration.ofSeconds(30));
      }
      long most = 2 + waited(beganNs).toMillis() / leaveOutMs + 1;
      assertThat(gateway.metric(RETRIES)).isLessThanOrEqualTo((double) most);
      assertThat(gateway.metric(UP)).isEqualTo(1);

      down.comeBack();
      Set<String> answers = new HashSet<>();
      long backNs = System.nanoTime();
      while (answers.size() < 2) {
        answers.add(get(gateway));
        assertThat(waited(backNs)).isLessThan(Duration.ofSeconds(30));
      }
      assertThat(answers).containsExactlyInAnyOrder("ok", "back");
      assertThat(gateway.metric(UP)).isEqualTo(2);
    }
  }

  private static Duration waited(long sinceNs) {
    return Duration.ofNanos(System.nanoTime() - sinceNs);
  }

  private static String get(TestGateway gateway) throws Exception {
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      client.request("GET /two/x HTTP/1.1", "Host: a", "Connection: close");
      String answer = client.readAll();
      assertThat(answer).startsWith("HTTP/1.1 200 ");
      return answer.substring(answer.indexOf(END) + END.length());
    }
  }

  /** What goes on meanwhile: streams, a request that is half answered, a tunnel, new requests. */
  private final class Neighbours implements AutoCloseable {
    private final int port;
    private final Subscriber stream;
    private final Subscriber socket;
    private final RawClient reader;
    private final RawClient readersApp;
    private final RawClient tunnel;
    private final RawClient tunnelsApp;

    Neighbours(TestGateway gateway) throws Exception {
      port = gateway.port(Listener.PUBLIC);
      stream = Subscriber.open(Transport.SSE, port, "/events/room", null);
      socket = Subscriber.open(Transport.WEBSOCKET, port, "/events/room", null);
      reader = RawClient.connect(port);
      reader.request("GET /fine/long HTTP/1.1", "Host: a");
      readersApp = fine.next();
      readersApp.readUntil(END);
      readersApp.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbegun\r\n");
      reader.readUntil("begun");
      tunnel = RawClient.connect(port);
      tunnel.request(
          "GET /fine/bytes HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: bytes");
      tunnelsApp = fine.next();
      tunnelsApp.readUntil(END);
      tunnelsApp.send("HTTP/1.1 101 OK\r\nConnection: Upgrade\r\nUpgrade: bytes\r\n\r\n");
      tunnel.readUntil(END);
    }

    void goOn(TestGateway gateway, String mark) throws Exception {
      String cursor = gateway.publish("room", mark);
      assertThat(stream.next()).isEqualTo(new Told.Event(mark, cursor));
      assertThat(socket.next()).isEqualTo(new Told.Event(mark, cursor));
      readersApp.send(Integer.toHexString(mark.length()) + "\r\n" + mark + "\r\n");
      reader.readUntil(mark);
      tunnel.send(mark);
      assertThat(tunnelsApp.readUntil(mark)).isEqualTo(mark);
      try (RawClient client = RawClient.connect(port)) {
        client.request("GET /fine/new HTTP/1.1", "Host: a", "Connection: close");
        RawClient app = fine.next();
        app.readUntil(END);
        app.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nnew");
        assertThat(client.readAll()).startsWith("HTTP/1.1 200 ").endsWith("new");
      }
    }

    void end() throws Exception {
      readersApp.send("0\r\n\r\n");
      assertThat(reader.readUntil("0\r\n\r\n")).endsWith("0\r\n\r\n");
      tunnel.close();
      assertThat(tunnelsApp.read()).isEqualTo(-1);
      tunnelsApp.close();
    }

    @Override
    public void close() throws IOException {
      stream.close();
      socket.close();
      reader.close();
      tunnel.close();
    }
  }
}
