package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of a busy channel that stop reading, and all go on at once. */
@NullMarked
final class ReleasedReadersIT {

  private static final int CLIENTS = 200;

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
    try (TestGateway gateway =
        TestGateway.start(
            TestGateway.config(TestGateway.push("/events/{channel}", "{channel}", large)))) {
      try {
        for (int i = 0; i < CLIENTS; i++) {
          clients.add(new Client(connect(gateway, transport)));
        }
        gateway.awaitConnections(CLIENTS);
        while (behind(gateway) < CLIENTS) { // the kernel's buffers come first
          publish(gateway, 10);
        }
        publish(gateway, MISSED);
        var metrics = gateway.gateway().metrics();
        double pages = metrics.pagesRead.get();
        double encoded = metrics.eventsEncoded.get();

        try (Selector selector = Selector.open()) {
          for (Client client : clients) {
            client.socket.register(selector, SelectionKey.OP_READ, client);
          }
          publish(gateway, MORE);
          readAll(selector);
          publish(gateway, 1); // live again: this one comes without a page
          readAll(selector);
        }
        assertThat(behind(gateway)).isZero();
        // For each client that would be 200 times as much.
        assertThat(metrics.pagesRead.get() - pages).isLessThan(4.0 * LOOPS * published);
        assertThat(metrics.eventsEncoded.get() - encoded).isLessThan(4.0 * LOOPS * published);
        assertThat(gateway.get(Listener.ADMIN, "/metrics")).doesNotContain("sluice_gaps_total{");
      } finally {
        for (Client client : clients) {
          client.socket.close();
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

  private static SocketChannel connect(TestGateway gateway, String transport) throws IOException {
    SocketChannel socket = SocketChannel.open();
    socket.setOption(StandardSocketOptions.SO_RCVBUF, 4 << 10);
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port(Listener.PUBLIC)));
    String[] request =
        transport.equals("sse")
            ? new String[] {
              "GET /events/busy HTTP/1.1", "Host: gateway", "Accept: text/event-stream"
            }
            : WebSocketSubscriber.handshake("/events/busy", "sluice.v1.json");
    socket.write(
        ByteBuffer.wrap(
            (String.join("\r\n", request) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII)));
    socket.configureBlocking(false);
    return socket;
  }

  /** Takes numbered events in order, each once. Only they have a {@code #}. */
  private final class Client {
    private final SocketChannel socket;
    private int last;
    private int digits = -1;
    private int number;

    Client(SocketChannel socket) {
      this.socket = socket;
    }

    void read() {
      try {
        block.clear();
        assertThat(socket.read(block)).as("bytes, not the end").isNotNegative();
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
      block.flip();
      while (block.hasRemaining()) {
        take(block.get());
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
          block.position(Math.min(block.limit(), block.position() + FILLER.length()));
        }
      }
    }
  }
}
