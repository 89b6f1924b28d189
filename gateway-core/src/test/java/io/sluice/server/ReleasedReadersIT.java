package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.http.PacedClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of a busy channel that stop reading, and all go on at once. */
@NullMarked
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
final class ReleasedReadersIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @Parameter private boolean tls;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private static final int CLIENTS = 200;

  /** What they get is encrypted for each, and decrypted here. */
  private static final int CLIENTS_OVER_TLS = 50;

  /** Those of {@link TestGateway}; each encodes for its own readers. */
  private static final int LOOPS = 2;

  private static final String FILLER = "x".repeat(8 << 10);

  /** What every client misses at least, and what is published while they catch up. */
  private static final int MISSED = 100;

  private static final int MORE = 50;

  private final ByteBuffer block = ByteBuffer.allocateDirect(256 << 10);
  private final List<Client> clients = new ArrayList<>();
  private int published;

  @ParameterizedTest
  @ValueSource(strings = {"sse", "websocket"})
  @Proves({"BEAT-4", "STA-4"})
  void getEverythingOnceInOrderForTheWorkOfOne(String transport) throws Exception {
    Route.History large = new Route.History(100_000, 256 << 20, Duration.ofMinutes(10));
    Config config = TestGateway.config(TestGateway.push("/events/{channel}", "{channel}", large));
    int count = tls ? CLIENTS_OVER_TLS : CLIENTS;
    try (TestGateway gateway =
        TestGateway.start(tls ? TestGateway.with(config, certificate) : config)) {
      try {
        // Where they begin is known, whatever is published before they have begun.
        String path = "/events/busy?since=" + gateway.publish("busy", "before");
        for (int i = 0; i < count; i++) {
          clients.add(new Client(connect(gateway, transport, path)));
        }
        gateway.awaitConnections(count);
        while (behind(gateway) < count) { // the kernel's buffers come first
          publish(gateway, 10);
        }
        publish(gateway, MISSED);
        var metrics = gateway.gateway().metrics();
        double pages = metrics.pagesRead.get();
        double encoded = metrics.eventsEncoded.get();

        try (Selector selector = Selector.open()) {
          for (Client client : clients) {
            client.connection.register(selector, client);
          }
          publish(gateway, MORE);
          readAll(selector);
          publish(gateway, 1); // live again: this one comes without a page
          readAll(selector);
        }
        gateway.awaitMetric("sluice_readers_behind", 0);
        // For each client that would be so many times as much.
        assertThat(metrics.pagesRead.get() - pages).isLessThan(4.0 * LOOPS * published);
        assertThat(metrics.eventsEncoded.get() - encoded).isLessThan(4.0 * LOOPS * published);
        assertThat(gateway.get(Listener.ADMIN, "/metrics")).doesNotContain("sluice_gaps_total{");
      } finally {
        for (Client client : clients) {
          client.connection.close();
        }
      }
    }
  }

  private void publish(TestGateway gateway, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      published++;
      gateway.publish("busy", "#%08d".formatted(published) + FILLER);
    }
  }

  private static int behind(TestGateway gateway) throws Exception {
    String page = gateway.get(Listener.ADMIN, "/metrics");
    int at = page.indexOf("\nsluice_readers_behind ") + "\nsluice_readers_behind ".length();
    return (int) Double.parseDouble(page.substring(at, page.indexOf('\n', at)));
  }

  private void readAll(Selector selector) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (clients.stream().anyMatch(client -> client.last < published)) {
      assertThat(System.nanoTime()).as("when all should have been read").isLessThan(deadline);
      selector.select(key -> ((Client) key.attachment()).read(), 1000);
    }
  }

  private PacedClient connect(TestGateway gateway, String transport, String path)
      throws IOException {
    PacedClient connection =
        PacedClient.connect(
            gateway.port(Listener.PUBLIC), 4 << 10, tls ? certificate.trusting() : null);
    String[] request =
        transport.equals("sse")
            ? new String[] {
              "GET " + path + " HTTP/1.1", "Host: gateway", "Accept: text/event-stream"
            }
            : WebSocketSubscriber.handshake(path, "sluice.v1.json");
    connection.send(String.join("\r\n", request) + "\r\n\r\n");
    return connection;
  }

  /** Takes numbered events in order, each once. Only they have a {@code #}. */
  private final class Client {
    private final PacedClient connection;
    private int last;
    private int digits = -1;
    private int number;
    private int filler;

    Client(PacedClient connection) {
      this.connection = connection;
    }

    void read() {
      try {
        connection.read(block, this::take);
      } catch (IOException ended) {
        throw new UncheckedIOException(ended);
      }
    }

    private void take(ByteBuffer bytes) {
      while (bytes.hasRemaining()) {
        if (filler > 0) {
          int skipped = Math.min(filler, bytes.remaining());
          bytes.position(bytes.position() + skipped);
          filler -= skipped;
        } else {
          take(bytes.get());
        }
      }
    }

    private void take(byte b) {
      if (b == '#') {
        digits = 0;
        number = 0;
      } else if (digits >= 0) {
        number = number * 10 + b - '0';
        if (++digits == 8) {
          assertThat(number).isEqualTo(last + 1);
          last = number;
          digits = -1;
          filler = FILLER.length();
        }
      }
    }
  }
}
