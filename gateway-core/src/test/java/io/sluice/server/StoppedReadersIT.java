package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.sluice.Proves;
import io.sluice.config.Config;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that do not read, on real sockets: what they cost, and that they lose nothing. */
@NullMarked
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
final class StoppedReadersIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @Parameter private boolean tls;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private static final int FEW = 50;
  private static final int MANY = 500;

  /** A handshake of the test's clients takes long. */
  private static final int MANY_OVER_TLS = 150;

  private static final int EVENTS = 100;
  private static final int EVENT_BYTES = 16 << 10;
  private static final long MIB = 1 << 20;

  /**
   * What {@link #MANY} may hold more than {@link #FEW}; a queue each would be 700 MiB more (150 by
   * TLS).
   */
  private static final long MAX_DIRECT_GROWTH = 24 * MIB;

  private static final long MAX_HEAP_GROWTH = 24 * MIB;

  private final HttpClient http = HttpClient.newHttpClient();

  private static Route route() {
    Route.Push usual = Route.Push.DEFAULT;
    return new Route(
        PathTemplate.parse("/events/{channel}"),
        new Route.Push(
            "{channel}",
            List.of(),
            usual.transports(),
            usual.origins(),
            usual.heartbeat(),
            usual.retryMin(),
            usual.retryMax(),
            usual.poll(),
            new Route.History(10_000, 64 * MIB, Duration.ofMinutes(10)),
            usual.compression()),
        null);
  }

  @Test
  @Proves("BEAT-4")
  void memoryDoesNotGrowWithTheirNumberAndNothingIsLost() throws Exception {
    Config config = TestGateway.config(route());
    try (TestGateway gateway =
        TestGateway.start(tls ? TestGateway.with(config, certificate) : config)) {
      Used few = used(gateway, "few", FEW);
      Used many = used(gateway, "many", tls ? MANY_OVER_TLS : MANY);

      assertThat(many.direct - few.direct).isLessThan(MAX_DIRECT_GROWTH);
      assertThat(many.heap - few.heap).isLessThan(MAX_HEAP_GROWTH);
    }
  }

  private record Used(long direct, long heap) {}

  private Used used(TestGateway gateway, String channel, int readers) throws Exception {
    List<RawClient> stopped = new ArrayList<>();
    try {
      for (int i = 0; i < readers; i++) {
        stopped.add(open(gateway, channel));
      }
      for (int i = 0; i < EVENTS; i++) {
        publish(gateway, channel, i);
      }
      // Readers fall behind at different times; one that reads shows that all turns were served.
      try (RawClient reads = open(gateway, channel + "?rewind=" + EVENTS)) {
        readAll(reads);
      }
      Used used = new Used(direct(), heap());
      for (int i = 0; i < stopped.size(); i += 50) {
        readAll(stopped.get(i));
      }
      return used;
    } finally {
      for (RawClient client : stopped) {
        client.reset();
      }
    }
  }

  private RawClient open(TestGateway gateway, String channel) throws Exception {
    int port = gateway.port(Listener.PUBLIC);
    RawClient client =
        tls ? RawClient.connect(port, 4096, certificate.trusting()) : RawClient.connect(port, 4096);
    client.request(
        "GET /events/" + channel + " HTTP/1.0", "Host: localhost", "Accept: text/event-stream");
    client.readUntil("sluice.open\n");
    client.readUntil("\n\n");
    return client;
  }

  private void publish(TestGateway gateway, String channel, int number) throws Exception {
    String data = number + " " + "x".repeat(EVENT_BYTES);
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + gateway.port(Listener.PUBLISH)
                        + "/channels/"
                        + channel
                        + "/events"))
            .POST(HttpRequest.BodyPublishers.ofString(data))
            .build();
    assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
  }

  private static void readAll(RawClient client) throws Exception {
    for (int i = 0; i < EVENTS; i++) {
      String block = client.readUntil("\n\n");
      while (block.startsWith(":\n")) { // a heartbeat
        block = block.substring(2);
      }
      assertThat(block).startsWith("data: " + i + " x").contains("\nid: ");
    }
  }

  private static long direct() {
    return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT).metric().usedDirectMemory()
        + io.netty.util.internal.PlatformDependent.usedDirectMemory();
  }

  private static long heap() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }
}
