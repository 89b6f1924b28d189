package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.ConfigReader;
import io.sluice.config.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Which target gets a request, which is left out, and what is tried again. */
final class TargetsIT {

  private static final String END = "\r\n\r\n";

  private static String ok(String body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
  }

  private static void answer(RawClient app, RawClient client, String body) throws Exception {
    app.readUntil(END);
    app.send(ok(body));
    assertThat(client.readUntil(END + body)).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void requestsGoWhereTheFewestAreUnderWay() throws Exception {
    try (ProxyBed bed = ProxyBed.of(3, "")) {
      List<RawClient> waiting = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        waiting.add(bed.client("GET / HTTP/1.1", "Host: a"));
        bed.awaitMetric("sluice_upstream_connections", i + 1);
      }
      for (int i = 0; i < 3; i++) {
        bed.upstream(i).next().readUntil(END);
        bed.upstream(i).next().readUntil(END);
        assertThat(bed.upstream(i).isQuiet()).isTrue();
      }
      assertThat(waiting).hasSize(6);
    }
  }

  @Test
  void aTargetThatIsDownCostsNobodyAnAnswer() throws Exception {
    try (ProxyBed bed = ProxyBed.of(2, "health: { failures: 2, leave-out: 1h }")) {
      bed.upstream(0).close();
      RawClient client = bed.client();
      RawClient app = null;
      for (int i = 0; i < 8; i++) {
        client.request("POST /" + i + " HTTP/1.1", "Host: a", "Content-Length: 0");
        app = app == null ? bed.upstream(1).next() : app;
        answer(app, client, "b" + i);
      }
      assertThat(bed.metric("sluice_upstream_retries_total{route=\"/**\"}")).isEqualTo(2);
      assertThat(bed.metric("sluice_upstream_up{route=\"/**\"}")).isEqualTo(1);
    }
  }

  @Test
  void oneRequestTriesATargetThatWasLeftOutAndBringsItBack() throws Exception {
    String health = "health: { failures: 1, leave-out: 100ms, retries: 0 }";
    try (ProxyBed bed = ProxyBed.of(1, health)) {
      RawClient client = bed.client("GET / HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      app.close();
      assertThat(client.readUntil("}")).startsWith("HTTP/1.1 502 ");
      assertThat(bed.metric("sluice_upstream_up{route=\"/**\"}")).isEqualTo(0);
      client.request("GET /again HTTP/1.1", "Host: a");
      answer(bed.upstream().next(), client, "back");
      assertThat(bed.metric("sluice_upstream_up{route=\"/**\"}")).isEqualTo(1);
    }
  }

  @Test
  void whatMayHaveHadAnEffectIsSentOnce() throws Exception {
    try (ProxyBed bed = ProxyBed.of(2, "")) {
      RawClient client = bed.client("POST / HTTP/1.1", "Host: a", "Content-Length: 0");
      RawClient app = bed.anyNext();
      app.readUntil(END);
      app.close();
      assertThat(client.readUntil("}")).startsWith("HTTP/1.1 502 ").contains("upstream-bad");
      assertThat(bed.upstream(0).isQuiet() && bed.upstream(1).isQuiet()).isTrue();
    }
  }

  @Test
  void aRequestThatMayBeRepeatedIsTriedElsewhere() throws Exception {
    try (ProxyBed bed = ProxyBed.of(2, "first-byte-timeout: 2s")) {
      RawClient client = bed.client("GET / HTTP/1.1", "Host: a");
      RawClient first = bed.anyNext();
      first.readUntil(END);
      first.close();
      RawClient second = bed.anyNext();
      second.readUntil(END);
      second.send(ok("second").replace("OK\r\n", "OK\r\nConnection: close\r\n"));
      client.readUntil(END + "second");
      client.request("DELETE /2 HTTP/1.1", "Host: a");
      RawClient silent = bed.anyNext();
      silent.readUntil(END);
      answer(bed.anyNext(), client, "other");
      assertThat(silent.isEnded()).isTrue();
    }
  }

  @Test
  void aBodyThatWasSentIsNotSentAgain() throws Exception {
    try (ProxyBed bed = ProxyBed.of(2, "")) {
      RawClient client = bed.client("PUT / HTTP/1.1", "Host: a", "Content-Length: 4");
      client.send("body");
      RawClient app = bed.anyNext();
      app.readUntil("body");
      app.close();
      assertThat(client.readUntil("}")).startsWith("HTTP/1.1 502 ");
      assertThat(bed.upstream(0).isQuiet() && bed.upstream(1).isQuiet()).isTrue();
    }
  }

  @Test
  void moreThanThePoolHoldsWaitAndMoreThanMayWaitAreRefused() throws Exception {
    try (ProxyBed bed = ProxyBed.of(1, "pool: { connections: 1, waiting: 1 }")) {
      RawClient first = bed.client("GET /1 HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      RawClient second = bed.client("GET /2 HTTP/1.1", "Host: a");
      bed.awaitMetric("sluice_upstream_waiting", 1);
      RawClient third = bed.client("GET /3 HTTP/1.1", "Host: a");
      assertThat(third.readUntil("}"))
          .startsWith("HTTP/1.1 503 ")
          .contains("overloaded")
          .contains("error=connection_limit_reached");
      assertThat(bed.metric("sluice_limit_hit_total{limit=\"routes[].upstream.pool.waiting\"}"))
          .isEqualTo(1);
      app.send(ok("one"));
      first.readUntil(END + "one");
      answer(app, second, "two");
      assertThat(bed.upstream().isQuiet()).isTrue();
    }
  }

  @Test
  void anIdleConnectionIsKeptAsLongAsToldAndNoLonger() throws Exception {
    try (ProxyBed bed = ProxyBed.of(1, "pool: { keep-alive: 3s }")) {
      RawClient client = bed.client("GET / HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      answer(app, client, "one");
      client.request("GET / HTTP/1.1", "Host: a");
      answer(app, client, "two");
      assertThat(app.read()).as("closed by the gateway").isEqualTo(-1);
      bed.awaitMetric("sluice_upstream_connections", 0);
    }
  }

  @Test
  void poolsThatNoRouteUsesAreClosedAtAReload() throws Exception {
    try (FakeUpstream old = new FakeUpstream();
        FakeUpstream next = new FakeUpstream()) {
      AtomicReference<Route> route = new AtomicReference<>(to(old));
      try (TestGateway gateway = TestGateway.start(config(route), () -> config(route));
          RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
        client.request("GET / HTTP/1.1", "Host: a");
        RawClient app = old.next();
        answer(app, client, "old");
        route.set(to(next));
        gateway.gateway().reload().toCompletionStage().toCompletableFuture().join();
        assertThat(app.read()).isEqualTo(-1);
        client.request("GET / HTTP/1.1", "Host: a");
        answer(next.next(), client, "next");
      }
    }
  }

  private static ConfigReader.Result.Accepted config(AtomicReference<Route> route) {
    return new ConfigReader.Result.Accepted(
        TestGateway.config(1, Objects.requireNonNull(route.get())));
  }

  private static Route to(FakeUpstream upstream) {
    return ProxyBed.route("/**", '"' + upstream.uri().toString() + '"', "");
  }
}
