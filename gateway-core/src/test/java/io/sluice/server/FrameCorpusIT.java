package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.internal.PlatformDependent;
import io.sluice.Proves;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.transport.ClientFrames;
import io.sluice.transport.FrameCorpus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes of the kept frames at a real gateway, and of clients that send without end. */
@Timeout(240)
final class FrameCorpusIT {

  private static final String LIMIT =
      "sluice_limit_hit_total{limit=\"websocket.max-message-rate\"}";

  @TempDir private static Path folder;
  private static TestCertificate certificate;
  private static TestGateway gateway;
  private static TestGateway overTls;

  static List<FrameCorpus.Vector> corpus() {
    return FrameCorpus.all();
  }

  /** One of four, with all kinds among them. */
  static List<FrameCorpus.Vector> sample() {
    List<FrameCorpus.Vector> all = corpus();
    return IntStream.range(0, all.size()).filter(i -> i % 4 == 0).mapToObj(all::get).toList();
  }

  @BeforeAll
  static void start() throws Exception {
    Config config = config();
    gateway = TestGateway.start(config);
    certificate = TestCertificate.make(folder);
    overTls = TestGateway.start(TestGateway.with(config, certificate));
  }

  private static Config config() {
    return TestGateway.config(
        TestGateway.push(
            "/events/{channel}",
            "{channel}",
            new Route.History(100, 1 << 20, Duration.ofMinutes(2))));
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.awaitConnections(0);
    overTls.awaitConnections(0);
    gateway.close();
    overTls.close();
  }

  private static RawClient opened(RawClient client, boolean plain) throws IOException {
    String[] handshake = WebSocketSubscriber.handshake("/events/room", "sluice.v1.json");
    client.request(plain ? List.of(handshake).subList(0, 6).toArray(new String[0]) : handshake);
    assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
    if (!plain) {
      assertThat(frame(client)).startsWith("text {\"op\":\"hello\"");
    }
    return client;
  }

  private static RawClient opened(boolean plain) throws IOException {
    return opened(RawClient.connect(gateway.port(Listener.PUBLIC)), plain);
  }

  /** A frame in words: {@code text …}, {@code pong …}, {@code close CODE}; none of a heartbeat. */
  private static String frame(RawClient client) throws IOException {
    int first = client.read(1)[0] & 0xff;
    int length = client.read(1)[0];
    length = length == 126 ? ByteBuffer.wrap(client.read(2)).getShort() & 0xffff : length;
    byte[] payload = client.read(length);
    String text = new String(payload, StandardCharsets.UTF_8);
    return switch (first) {
      case 0x81 -> text.equals("{\"op\":\"beat\"}") ? frame(client) : "text " + text;
      case 0x89 -> frame(client);
      case 0x8a -> "pong " + text;
      case 0x88 ->
          length == 0 ? "close" : "close " + (ByteBuffer.wrap(payload).getShort() & 0xffff);
      default -> throw new IOException("unexpected frame " + first);
    };
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Proves({"WS-3", "WS-4", "WS-5", "WS-8"})
  void eachInputIsTakenOrClosedWithItsCode(FrameCorpus.Vector vector) throws Exception {
    try (RawClient client = opened(vector.isPlain())) {
      play(client, vector);
    }
  }

  @ParameterizedTest
  @MethodSource("sample")
  @Proves({"WS-3", "WS-5"})
  void soItIsOverTls(FrameCorpus.Vector vector) throws Exception {
    int port = overTls.port(Listener.PUBLIC);
    try (RawClient client =
        opened(RawClient.connect(port, 0, certificate.trusting()), vector.isPlain())) {
      play(client, vector);
    }
  }

  private static void play(RawClient client, FrameCorpus.Vector vector) throws IOException {
    client.send(vector.bytes());
    boolean goesOn = vector.close().isEmpty();
    if (goesOn) {
      client.send(ClientFrames.join(ClientFrames.ping("alive"), ClientFrames.close(1000, "")));
    }
    String told = frame(client);
    boolean alive = false;
    while (!told.startsWith("close")) {
      alive |= told.equals("pong alive");
      told = frame(client);
    }
    assertThat(alive).isEqualTo(goesOn);
    assertThat(told).isEqualTo(goesOn ? "close 1000" : vector.close());
    assertThat(client.rest()).isEmpty();
  }

  @Test
  @Proves({"WS-3", "LIM-2"})
  void fragmentsWithoutEndAreClosedAtTheLimit() throws Exception {
    try (RawClient client = opened(false)) {
      client.send(ClientFrames.frame(0x01, "61"));
      byte[] more = ClientFrames.frame(0x00, "61".repeat(1000));
      for (int i = 0; i < 70; i++) {
        client.send(more);
      }
      assertThat(frame(client)).isEqualTo("close 1009");
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  @Proves({"WS-4", "LIM-2"})
  void aFloodOfPingsIsAnsweredAtTheRateWhileOthersAreServed() throws Exception {
    double before = gateway.metric(LIMIT);
    try (RawClient client = opened(true);
        RawClient other = opened(true)) {
      byte[] pings = new byte[0];
      for (int i = 0; i < 10_000; i += 100) {
        pings = ClientFrames.join(pings, hundredPings(i));
      }
      long began = System.nanoTime();
      client.send(pings);
      other.send(ClientFrames.ping("me too"));
      assertThat(frame(other)).isEqualTo("pong me too");
      for (int i = 0; i < 250; i++) {
        assertThat(frame(client)).isEqualTo("pong " + i);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(1));
      assertThat(gateway.metric(LIMIT)).isGreaterThan(before);
    }
  }

  private static byte[] hundredPings(int from) {
    byte[][] pings = new byte[100][];
    for (int i = 0; i < pings.length; i++) {
      pings[i] = ClientFrames.ping("" + (from + i));
    }
    return ClientFrames.join(pings);
  }

  /** The rate is set so high that the pongs alone hold the client back. */
  @Test
  @Proves({"WS-4", "BEAT-4"})
  void aClientThatReadsNoPongsIsReadFromNoMoreAndMissesNone() throws Exception {
    Config usual = config();
    Config fast =
        new Config(
            usual.listen(),
            usual.publish(),
            usual.channels(),
            usual.limits(),
            new Config.WebSocket(64 << 10, 100_000, Duration.ofSeconds(60)),
            usual.state(),
            usual.drain(),
            usual.eventLoops(),
            usual.routes());
    try (TestGateway permissive = TestGateway.start(fast);
        RawClient client =
            opened(RawClient.connect(permissive.port(Listener.PUBLIC), 16 << 10), true)) {
      long memory = PlatformDependent.usedDirectMemory();
      AtomicInteger sent = new AtomicInteger();
      Thread sender = new Thread(() -> sendPings(client, sent), "pings");
      sender.setDaemon(true);
      sender.start();
      int stopped = untilStill(sent);
      assertThat(stopped).isLessThan(MOST_PINGS);
      assertThat(PlatformDependent.usedDirectMemory() - memory).isLessThan(32 << 20);
      permissive.publish("elsewhere", "others are served");
      for (int i = 0; i < stopped; i++) {
        String told = frame(client);
        assertThat(told).isEqualTo("pong " + i + " ".repeat(100));
      }
    }
  }

  private static final int MOST_PINGS = 1_500_000;

  private static void sendPings(RawClient client, AtomicInteger sent) {
    String filler = " ".repeat(100);
    try {
      while (sent.get() < MOST_PINGS) {
        client.send(ClientFrames.ping(sent.get() + filler));
        sent.incrementAndGet();
      }
    } catch (IOException theTestIsOver) {
      // it has read what it wanted
    }
  }

  /** Waits until nothing more is sent for a while; returns how many were. */
  private static int untilStill(AtomicInteger sent) {
    int last = -1;
    long since = System.nanoTime();
    while (System.nanoTime() - since < Duration.ofMillis(700).toNanos()) {
      if (sent.get() != last) {
        last = sent.get();
        since = System.nanoTime();
      }
      Thread.onSpinWait();
    }
    return last;
  }
}
