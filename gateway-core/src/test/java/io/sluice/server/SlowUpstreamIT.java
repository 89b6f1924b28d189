package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.server.Subscriber.Told;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An upstream that is slow or stalls (F15): its own route's time-outs, and nobody else's wait. */
final class SlowUpstreamIT {

  private static final String END = "\r\n\r\n";
  private static final String ONCE = "health: { retries: 0, failures: 0 }";

  private FakeUpstream slow;
  private FakeUpstream fine;

  @BeforeEach
  void listen() throws Exception {
    slow = new FakeUpstream();
    fine = new FakeUpstream();
  }

  @AfterEach
  void close() throws Exception {
    slow.close();
    fine.close();
  }

  /** One loop: whatever waited on it would make everybody wait. */
  private Config config(String ofSlow, String ofFine) {
    return TestGateway.config(
        1,
        TestGateway.push("/events/{channel}", "{channel}", Route.History.DEFAULT),
        ProxyBed.route("/slow/**", '"' + slow.uri().toString() + '"', ofSlow + ", " + ONCE),
        ProxyBed.route("/fine/**", '"' + fine.uri().toString() + '"', ofFine + ", " + ONCE));
  }

  private static RawClient client(TestGateway gateway, String target) throws IOException {
    RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC));
    client.request("GET " + target + " HTTP/1.1", "Host: a");
    return client;
  }

  private static RawClient asked(FakeUpstream upstream) throws Exception {
    RawClient app = upstream.next();
    app.readUntil(END);
    return app;
  }

  /** Longer than any of the time-outs, but no two bytes further apart. */
  @Test
  void aByteAtATimeArrivesWhole() throws Exception {
    String answer =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + "1\r\ny\r\n".repeat(8) + "0";
    try (TestGateway gateway =
            TestGateway.start(
                config("first-byte-timeout: 1m, idle-timeout: 2s", "idle-timeout: 1m"));
        RawClient client = client(gateway, "/slow/1")) {
      RawClient app = asked(slow);
      int head = answer.indexOf(END) + END.length();
      for (int i = 0; i < head; i++) {
        app.send(answer.substring(i, i + 1));
      }
      client.readUntil(END);
      for (int i = head; i < answer.length(); i++) {
        app.send(answer.substring(i, i + 1));
        app.expectQuiet();
      }
      app.send(END);
      assertThat(client.readUntil("0" + END)).contains("y").doesNotContain("HTTP/1.1");
    }
  }

  /** Bytes of a head are no head. */
  @Test
  void aHeadThatNeverEndsIsATimeout() throws Exception {
    try (TestGateway gateway =
            TestGateway.start(config("first-byte-timeout: 300ms", "idle-timeout: 1m"));
        RawClient client = client(gateway, "/slow/1")) {
      RawClient app = asked(slow);
      boolean cut = false;
      for (int i = 0; i < 1_000 && !cut; i++) {
        try {
          app.send(i == 0 ? "HTTP/1.1 200 OK\r\nX: " : "y");
          app.expectQuiet();
        } catch (IOException ended) {
          cut = true;
        }
      }
      assertThat(cut).isTrue();
      assertThat(client.readUntil("}"))
          .startsWith("HTTP/1.1 504 ")
          .contains("Proxy-Status: sluice; error=http_response_timeout\r\n");
    }
  }

  /** A head and then nothing: cut on the route that says so, and on no other. */
  @Test
  void theTimeoutIsThatOfTheRoute() throws Exception {
    try (TestGateway gateway = TestGateway.start(config("idle-timeout: 1s", "idle-timeout: 1m"));
        RawClient impatient = client(gateway, "/slow/1");
        RawClient patient = client(gateway, "/fine/1")) {
      RawClient stalled = asked(slow);
      RawClient thinking = asked(fine);
      String head = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";
      stalled.send(head);
      thinking.send(head);
      assertThat(impatient.rest()).startsWith("HTTP/1.1 200 ").endsWith(END);
      assertThat(stalled.isEnded()).isTrue();
      patient.readUntil(END);
      thinking.send("good");
      assertThat(patient.readUntil("good")).isEqualTo("good");
      gateway.awaitMetric("sluice_upstream_requests_total{code=\"cut\",route=\"/slow/**\"}", 1);
    }
  }

  /** Its pool and the line before it are full; the other's requests and all streams go on. */
  @Test
  void whoWaitsForOneUpstreamIsInNobodyElsesWay() throws Exception {
    String full = "first-byte-timeout: 1m, pool: { connections: 2, waiting: 2 }";
    List<RawClient> stuck = new ArrayList<>();
    try (TestGateway gateway =
            TestGateway.start(config(full, "pool: { connections: 2, waiting: 2 }"));
        Subscriber stream =
            Subscriber.open(Transport.SSE, gateway.port(Listener.PUBLIC), "/events/room", null)) {
      for (int i = 0; i < 4; i++) {
        stuck.add(client(gateway, "/slow/" + i));
      }
      RawClient first = asked(slow);
      RawClient second = asked(slow);
      gateway.awaitMetric("sluice_upstream_waiting", 2);
      try (RawClient refused = client(gateway, "/slow/more")) {
        assertThat(refused.readUntil("}"))
            .startsWith("HTTP/1.1 503 ")
            .contains("Proxy-Status: sluice; error=connection_limit_reached\r\n");
      }
      meanwhile(gateway, stream);
      assertThat(gateway.metric("sluice_upstream_waiting")).isEqualTo(2);
      for (RawClient app : List.of(first, second)) {
        app.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
        assertThat(app.readUntil(END)).startsWith("GET /slow/");
      }
      for (RawClient app : List.of(first, second)) {
        app.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
      }
      for (RawClient client : stuck) {
        assertThat(client.readUntil("late")).startsWith("HTTP/1.1 200 ");
      }
    } finally {
      for (RawClient client : stuck) {
        client.close();
      }
    }
  }

  private void meanwhile(TestGateway gateway, Subscriber stream) throws Exception {
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      RawClient app = null;
      for (int i = 0; i < 50; i++) {
        client.request("GET /fine/" + i + " HTTP/1.1", "Host: a");
        app = app == null ? fine.next() : app;
        assertThat(app.readUntil(END)).startsWith("GET /fine/" + i + " ");
        app.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine");
        assertThat(client.readUntil("fine")).startsWith("HTTP/1.1 200 ");
        String cursor = gateway.publish("room", "event " + i);
        assertThat(stream.next()).isEqualTo(new Told.Event("event " + i, cursor));
      }
    }
  }
}
