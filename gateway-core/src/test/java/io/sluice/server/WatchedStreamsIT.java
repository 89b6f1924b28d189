package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.Config;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.config.Transport;
import io.sluice.http.PacedClient;
import io.sluice.server.Subscriber.Told;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Heartbeats, and clients that do not answer or do not read, in the clear and over TLS. */
@NullMarked
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
final class WatchedStreamsIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @Parameter private boolean tls;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private static final Duration HEARTBEAT = Duration.ofMillis(200);

  /** The longest that may be set. */
  private static final Duration RARE = Duration.ofMinutes(10);

  /** Longer than any test takes: who does not read answers no ping either. */
  private static final Duration PONG = Duration.ofMinutes(5);

  private static final Duration SHORT_PONG = Duration.ofSeconds(1);
  private static final Duration STALLED = Duration.ofSeconds(2);

  /** Longer than a client may take nothing. */
  private static final int BEATS = 15;

  private static final String STREAM_BEAT = "2\r\n:\n\r\n";
  private static final String PING = "\u0089\u0000";
  private static final byte[] PONG_FRAME = {(byte) 0x8a, (byte) 0x80, 0, 0, 0, 0};
  private static final String NO_PONG = "\u0088\u0009" + (char) (3008 >> 8) + "\u00c0no-pong";

  private final ByteBuffer block = ByteBuffer.allocate(16 << 10);
  private TestGateway gateway;

  @BeforeEach
  void start() {
    start(HEARTBEAT, PONG);
  }

  private void start(Duration heartbeat, Duration pong) {
    Config config = watched(TestGateway.config(route(heartbeat)), pong);
    gateway = TestGateway.start(tls ? TestGateway.with(config, certificate) : config);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private static Route route(Duration heartbeat) {
    Route.Push usual = Route.Push.DEFAULT;
    return new Route(
        PathTemplate.parse("/events/{channel}"),
        new Route.Push(
            "{channel}",
            List.of(),
            usual.transports(),
            usual.origins(),
            heartbeat,
            usual.retryMin(),
            usual.retryMax(),
            usual.poll(),
            new Route.History(100_000, 256 << 20, Duration.ofMinutes(10)),
            usual.compression()),
        null);
  }

  private static Config watched(Config config, Duration pong) {
    Config.Limits limits = config.limits();
    Config.WebSocket usual = config.websocket();
    return new Config(
        config.listen(),
        config.publish(),
        config.channels(),
        new Config.Limits(
            limits.connections(),
            limits.turnedAway(),
            STALLED,
            limits.requestLineBytes(),
            limits.headerBytes(),
            limits.delivery(),
            limits.door()),
        new Config.WebSocket(usual.maxMessageBytes(), usual.maxMessageRate(), pong),
        config.state(),
        config.drain(),
        config.eventLoops(),
        config.routes());
  }

  private RawClient dial(int receiveBufferBytes) throws IOException {
    int port = gateway.port(Listener.PUBLIC);
    return tls
        ? RawClient.connect(port, receiveBufferBytes, certificate.trusting())
        : RawClient.connect(port, receiveBufferBytes);
  }

  private static String[] asks(Transport transport) {
    return transport == Transport.SSE
        ? new String[] {"GET /events/room HTTP/1.1", "Host: a", "Accept: text/event-stream"}
        : WebSocketSubscriber.handshake("/events/room", "sluice.v1.json");
  }

  private static String ended(Transport transport, String reason) {
    return "sluice_connections_closed_total{reason=\"%s\",transport=\"%s\"}"
        .formatted(reason, transport.word());
  }

  @ParameterizedTest
  @EnumSource(names = {"SSE", "WEBSOCKET"})
  @Proves({"BEAT-1", "BEAT-2", "BEAT-3"})
  void aStreamBeatsAndAClientThatLivesStays(Transport transport) throws Exception {
    try (RawClient client = dial(0)) {
      client.request(asks(transport));
      for (int i = 0; i < BEATS; i++) {
        if (transport == Transport.SSE) {
          client.readUntil(STREAM_BEAT);
        } else {
          client.readUntil(PING);
          client.send(PONG_FRAME);
        }
      }
      gateway.publish("room", "still here");
      assertThat(client.readUntil("still here")).doesNotContain("no-pong");
    }
  }

  @Test
  @Proves("BEAT-2")
  void aWebSocketThatAnswersNoPingIsClosed() throws Exception {
    gateway.close();
    start(HEARTBEAT, SHORT_PONG);
    try (RawClient client = dial(0)) {
      client.request(asks(Transport.WEBSOCKET));
      client.readUntil(PING);
      client.readUntil(NO_PONG);
      assertThat(client.readAll()).isEmpty();
    }
    gateway.awaitMetric(ended(Transport.WEBSOCKET, "no-pong"), 1);
  }

  @ParameterizedTest
  @EnumSource(names = {"SSE", "WEBSOCKET"})
  @Proves("BEAT-4")
  void aClientThatTakesNothingIsCutAndOthersMissNothing(Transport transport) throws Exception {
    gateway.close();
    start(RARE, PONG); // no beat comes: bytes that wait are enough
    try (RawClient deaf = dial(4096);
        Subscriber reads = Subscriber.open(transport, this::dial, "/events/room", null)) {
      deaf.request(asks(transport));
      gateway.awaitConnections(2);
      int published = 0;
      while (gateway.metric(ended(transport, "stalled")) == 0) {
        assertThat(published).as("events until it was cut").isLessThan(50_000);
        String data = ++published + "x".repeat(16 << 10);
        gateway.publish("room", data);
        assertThat(((Told.Event) reads.next()).data()).isEqualTo(data);
      }
      assertThat(gateway.metric("sluice_stalled_total")).isEqualTo(1);
      gateway.awaitConnections(1);
      deaf.rest();
      gateway.publish("room", "the others");
      assertThat(((Told.Event) reads.next()).data()).isEqualTo("the others");
    }
    gateway.awaitMetric("sluice_readers_behind", 0);
  }

  /**
   * It reads less than a socket would take at once if it could: a client is cut for what it takes,
   * not for how much of it a kernel wants to have free before it says so.
   */
  @ParameterizedTest
  @EnumSource(names = {"SSE", "WEBSOCKET"})
  @Proves("BEAT-4")
  void aClientThatReadsSlowlyIsNotCut(Transport transport) throws Exception {
    try (PacedClient slow =
            PacedClient.connect(
                gateway.port(Listener.PUBLIC), 64 << 10, tls ? certificate.trusting() : null);
        RawClient clock = dial(0)) {
      slow.send(String.join("\r\n", asks(transport)) + "\r\n\r\n");
      clock.request("GET /events/clock HTTP/1.1", "Host: a", "Accept: text/event-stream");
      gateway.awaitConnections(2);
      while (gateway.metric("sluice_readers_behind") == 0) {
        publishMoreThanItReads(slow);
      }
      for (int i = 0; i < BEATS; i++) {
        publishMoreThanItReads(slow);
        clock.readUntil(STREAM_BEAT);
        assertThat(gateway.metric("sluice_readers_behind")).as("behind at beat %d", i).isEqualTo(1);
      }
      assertThat(gateway.metric("sluice_stalled_total")).isZero();
      gateway.awaitConnections(2);
      assertThat(gateway.get(Listener.ADMIN, "/metrics")).doesNotContain("sluice_gaps_total{");
    }
  }

  private void publishMoreThanItReads(PacedClient client) throws Exception {
    for (int i = 0; i < 4; i++) {
      gateway.publish("room", "x".repeat(64 << 10));
    }
    readSome(client);
  }

  /** About a block; less if so much has not come. */
  private void readSome(PacedClient client) throws IOException {
    AtomicInteger got = new AtomicInteger();
    int before;
    do {
      before = got.get();
      client.read(block, bytes -> got.addAndGet(bytes.remaining()));
    } while (got.get() > before && got.get() < block.capacity());
  }
}
