package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.Config;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.config.Transport;
import io.sluice.config.Upstream;
import io.sluice.http.Limits;
import io.sluice.server.Subscriber.Told;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** An orderly stop, and a node that takes no more. */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
final class DrainIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @Parameter private boolean tls;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private FakeUpstream upstream;

  @BeforeEach
  void listen() throws Exception {
    upstream = new FakeUpstream();
  }

  @AfterEach
  void close() throws Exception {
    upstream.close();
  }

  private Config config() {
    Config config =
        TestGateway.config(
            TestGateway.push("/events/{channel}", "{channel}", Route.History.DEFAULT),
            new Route(PathTemplate.parse("/app/**"), null, Upstream.to(upstream.uri())));
    return tls ? TestGateway.with(config, certificate) : config;
  }

  @Test
  @Proves({"REF-3", "REF-4", "SSE-11", "WS-16"})
  void everyStreamEndsWithAReasonAndEveryHeldPollIsAnswered() throws Exception {
    try (TestGateway gateway = TestGateway.start(config());
        Subscriber sse = open(gateway, Transport.SSE);
        Subscriber socket = open(gateway, Transport.WEBSOCKET);
        RawClient held = dial(gateway, 0)) {
      String cursor = gateway.publish("room", "seen");
      assertThat(sse.next()).isEqualTo(new Told.Event("seen", cursor));
      assertThat(socket.next()).isEqualTo(new Told.Event("seen", cursor));
      held.request("GET /events/room?wait=25&since=" + cursor + " HTTP/1.1", "Host: a");
      gateway.awaitConnections(3);
      // Only then is the poll held: until it has its start it is told to come back.
      gateway.awaitMetric("sluice_resume_total{result=\"ok\"}", 1);
      gateway.gateway().stop();
      assertThat(sse.next()).isEqualTo(new Told.End("draining"));
      assertThat(socket.next()).isEqualTo(new Told.End("1012 draining"));
      JsonObject answer = PollSubscriber.body(held);
      assertThat(answer.getJsonArray("events")).isEmpty();
      assertThat(answer.getString("next")).isEqualTo(cursor);
    }
  }

  @Test
  @Proves({"REF-2", "SSE-10", "WS-16", "PUB-13"})
  void whoComesWhileItDrainsIsSentAwayInTheMannersOfTheTransport() throws Exception {
    Config patient = TestGateway.with(config(), Duration.ofMinutes(2));
    try (TestGateway gateway = TestGateway.start(patient);
        RawClient busy = dial(gateway, 0);
        RawClient publisher = RawClient.connect(gateway.port(Listener.PUBLISH))) {
      busy.request("GET /app/slow HTTP/1.1", "Host: a");
      RawClient app = upstream.next();
      app.readUntil("\r\n\r\n");
      gateway.gateway().stop();
      awaitUnready(gateway);

      sentAway(gateway, "draining", 1012);
      publisher.request(
          "POST /channels/room/events HTTP/1.1", "Host: localhost", "Content-Length: 0");
      assertThat(publisher.readUntil("}"))
          .startsWith("HTTP/1.1 503 ")
          .containsIgnoringCase("\r\nretry-after: ")
          .contains("\"slug\":\"draining\"", "to this node when it is back or to another one");

      app.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
      assertThat(busy.readUntil("done")).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  @Proves({"LIM-3", "REF-2", "SSE-10", "WS-16"})
  void moreConnectionsThanTheLimitAreSentAwayInTheMannersOfTheTransport() throws Exception {
    Config.Limits one = Limits.connections(1);
    try (TestGateway gateway = TestGateway.start(TestGateway.with(config(), one));
        Subscriber first = open(gateway, Transport.SSE)) {
      sentAway(gateway, "overloaded", 1013);
      String cursor = gateway.publish("room", "still served");
      assertThat(first.next()).isEqualTo(new Told.Event("still served", cursor));
      assertThat(gateway.get(Listener.ADMIN, "/metrics"))
          .containsPattern("sluice_limit_hit_total\\{limit=\"limits.connections\"} [1-9]");
    }
  }

  @Test
  @Proves("REF-3")
  void whatDoesNotEndByItselfIsCutWhenTheTimeIsOver() throws Exception {
    Config config = TestGateway.with(config(), Duration.ofMillis(500));
    long stopping;
    try (TestGateway gateway = TestGateway.start(config);
        RawClient stuck = dial(gateway, 0);
        RawClient deaf = dial(gateway, 4096)) {
      stuck.request("GET /app/never HTTP/1.1", "Host: a");
      upstream.next().readUntil("\r\n\r\n");
      deaf.request("GET /events/room HTTP/1.1", "Host: a", "Accept: text/event-stream");
      deaf.readUntil("sluice.open");
      for (int i = 0; i < 100; i++) {
        gateway.publish("room", "x".repeat(50_000));
      }
      stopping = System.nanoTime();
      gateway.stop();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - stopping)).isLessThan(Duration.ofSeconds(10));
  }

  @Test
  void aLineStreamOfPublishesIsEndedBetweenTwoLines() throws Exception {
    try (TestGateway gateway = TestGateway.start(config());
        RawClient publisher = RawClient.connect(gateway.port(Listener.PUBLISH))) {
      publisher.request(
          "POST /events HTTP/1.1",
          "Host: localhost",
          "Content-Type: application/x-ndjson",
          "Transfer-Encoding: chunked");
      line(publisher, "{\"channel\":\"room\",\"data\":\"one\"}\n");
      assertThat(publisher.readUntil("}\n")).contains("\"cursor\":");
      gateway.gateway().stop();
      line(publisher, "{\"channel\":\"room\",\"data\":\"two\"}\n");
      assertThat(publisher.readUntil("}\n")).contains("\"slug\":\"draining\"");
    }
  }

  private static void line(RawClient publisher, String line) throws Exception {
    publisher.send(Integer.toHexString(line.length()) + "\r\n" + line + "\r\n");
  }

  private void sentAway(TestGateway gateway, String slug, int code) throws Exception {
    try (RawClient poll = dial(gateway, 0)) {
      poll.request("GET /events/room HTTP/1.1", "Host: a");
      assertThat(poll.readUntil("}"))
          .startsWith("HTTP/1.1 503 ")
          .containsIgnoringCase("\r\nretry-after: ")
          .contains("\"slug\":\"" + slug + "\"");
    }
    try (RawClient sse = dial(gateway, 0)) {
      sse.request("GET /events/room HTTP/1.1", "Host: a", "Accept: text/event-stream");
      assertThat(sse.readAll())
          .startsWith("HTTP/1.1 200 ")
          .contains("retry: ")
          .contains("event: sluice.close\n")
          .contains("\"reason\":\"" + slug + "\"")
          .endsWith("0\r\n\r\n");
    }
    try (RawClient socket = dial(gateway, 0)) {
      socket.request(WebSocketSubscriber.handshake("/events/room", "sluice.v1.json"));
      assertThat(socket.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
      byte[] close = socket.read(4 + slug.length());
      assertThat(close[0]).isEqualTo((byte) 0x88);
      assertThat((int) ByteBuffer.wrap(close).getShort(2)).isEqualTo(code);
      assertThat(new String(close, 4, slug.length(), StandardCharsets.UTF_8)).isEqualTo(slug);
    }
  }

  private static void awaitUnready(TestGateway gateway) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!gateway.get(Listener.ADMIN, "/readyz").contains("draining")) {
      assertThat(System.nanoTime()).isLessThan(deadline);
    }
  }

  private Subscriber open(TestGateway gateway, Transport transport) throws Exception {
    return Subscriber.open(transport, size -> dial(gateway, size), "/events/room", null);
  }

  private RawClient dial(TestGateway gateway, int receiveBufferBytes) throws IOException {
    int port = gateway.port(Listener.PUBLIC);
    return tls
        ? RawClient.connect(port, receiveBufferBytes, certificate.trusting())
        : RawClient.connect(port, receiveBufferBytes);
  }
}
