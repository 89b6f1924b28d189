package io.sluice.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.sluice.Proves;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.History;
import io.sluice.channel.Loop;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.hub.HubSettings;
import io.sluice.channel.local.LocalBroker;
import io.sluice.config.Config;
import io.sluice.http.Admission;
import io.sluice.http.Connections;
import io.sluice.http.Limits;
import io.sluice.metrics.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Five hundred clients that stop reading, and all go on at once. */
class StoppedClientsIT {

  private static final int CLIENTS = 500;
  private static final int EVENTS = 150;
  private static final String FILLER = "x".repeat(1000);
  private static final String WEBSOCKET =
      String.join(
          "\r\n",
          "Upgrade: websocket",
          "Connection: Upgrade",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
          "",
          "");
  private static final String SSE = "Accept: text/event-stream\r\n\r\n";

  private final Metrics metrics = new Metrics();
  private final Connections connections = new Connections();
  private final Admission admission = new Admission(Limits.connections(CLIENTS + 1), metrics);
  private final List<Client> open = new ArrayList<>();
  private final ByteBuffer block = ByteBuffer.allocateDirect(64 << 10);
  private final Vertx vertx =
      Vertx.builder()
          .with(new VertxOptions().setEventLoopPoolSize(1))
          .withTransport(Transport.EPOLL)
          .build();
  private final EventLoop eventLoop = ((VertxInternal) vertx).nettyEventLoopGroup().next();
  private final Loop loop = new NettyLoop(eventLoop);
  private final LocalBroker broker =
      new LocalBroker(
          List.of(loop),
          new LocalBroker.Settings(
              name -> new History(20_000, 64 << 20, 120_000),
              new LocalBroker.Floor(256 << 10, 2_000),
              1 << 28,
              1 << 24,
              86_400_000,
              300_000,
              1_000,
              System::currentTimeMillis),
          SplittableRandom::new,
          metrics);
  private final Hub hub = new Hub(List.of(loop), broker, HubSettings.usual(), metrics);

  // Small buffers in the kernel, so that a stopped client is felt soon.
  private final HttpServer server =
      vertx.createHttpServer(
          TransportLoop.require(new HttpServerOptions().setSendBufferSize(16 << 10)));

  @AfterEach
  void close() throws Exception {
    for (Client client : open) {
      client.socket.close();
    }
    while (onLoop(connections::size) > 0) {
      Thread.onSpinWait();
    }
    assertThat(admission.open()).isZero();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, SECONDS);
  }

  private void start() throws Exception {
    PushEndpoint endpoint =
        onLoop(
            () ->
                new PushEndpoint(
                    new TransportLoop(
                        loop,
                        connections,
                        new SplittableRandom(),
                        new TransportLoop.Shared(hub, admission, Config.DEFAULT, metrics))));
    server.requestHandler(
        request -> endpoint.handle(request, WebSocketBed.route(), request.path().substring(1)));
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(10, SECONDS);
  }

  private <T> T onLoop(Callable<T> task) throws Exception {
    return eventLoop.submit(task).get(30, SECONDS);
  }

  private Client connect(String channel, String headers) throws IOException {
    SocketChannel socket = SocketChannel.open();
    Client client = new Client(socket);
    open.add(client);
    socket.setOption(StandardSocketOptions.SO_RCVBUF, 8 << 10);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.actualPort()));
    socket.write(
        ByteBuffer.wrap(
            ("GET /" + channel + " HTTP/1.1\r\nHost: x\r\n" + headers).getBytes(ISO_8859_1)));
    socket.configureBlocking(false);
    return client;
  }

  private void untilReaders(String channel, int count) throws Exception {
    while (hub.readers(channel) < count) {
      Thread.onSpinWait();
    }
    onLoop(() -> true);
    onLoop(() -> true);
  }

  private void publish(String channel, String data) throws Exception {
    broker
        .publish(
            channel,
            new Broker.Publication(
                new Broker.PublishId("", false), null, null, Event.Kind.TEXT, data.getBytes(UTF_8)))
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, SECONDS);
  }

  /** Reads what comes for clients until each has the numbered events up to one. */
  private void read(List<Client> clients, int last) throws IOException {
    try (Selector selector = Selector.open()) {
      for (Client client : clients) {
        client.socket.register(selector, SelectionKey.OP_READ, client);
      }
      long deadlineNs = System.nanoTime() + SECONDS.toNanos(300);
      while (!selector.keys().isEmpty()) {
        assertThat(deadlineNs)
            .as("when all should have been read")
            .isGreaterThan(System.nanoTime());
        selector.select(
            key -> {
              if (((Client) key.attachment()).read(block) > last) {
                key.cancel();
              }
            },
            1000);
      }
    }
  }

  /** A client that takes numbered events only in order, each once. */
  private static final class Client {
    private final SocketChannel socket;
    private final StringBuilder rest = new StringBuilder();
    private int next;

    Client(SocketChannel socket) {
      this.socket = socket;
    }

    /** Takes what there is; answers the number of the event that comes next. */
    int read(ByteBuffer block) {
      try {
        block.clear();
        assertThat(socket.read(block)).as("bytes, not the end").isNotNegative();
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
      rest.append(ISO_8859_1.decode(block.flip()));
      String event = event(next);
      for (int at = rest.indexOf(event); at >= 0; at = rest.indexOf(event)) {
        // Between two events there is nothing but the framing.
        assertThat(at).isLessThan(next == 0 ? 1000 : 200);
        rest.delete(0, at + event.length());
        event = event(++next);
      }
      return next;
    }
  }

  private static String event(int number) {
    return "<" + number + ">" + FILLER;
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "sse"})
  @Proves({"BEAT-4", "STA-4"})
  void holdLittleDelayNobodyAndMissNothing(String transport) throws Exception {
    start();
    String headers = transport.equals("sse") ? SSE : WEBSOCKET;
    for (int i = 0; i < CLIENTS; i++) {
      connect("busy", headers);
    }
    List<Client> stopped = List.copyOf(open);
    List<Client> live = List.of(connect("live", headers));
    untilReaders("busy", CLIENTS);
    untilReaders("live", 1);

    for (int i = 0; i < EVENTS; i++) {
      publish("busy", event(i));
    }
    publish("live", event(0));
    read(live, 0);
    assertThat(onLoop(this::pending))
        .hasSize(CLIENTS + 1)
        .allSatisfy(bytes -> assertThat(bytes).isLessThan(100_000));

    read(stopped, EVENTS - 1);
    publish("busy", event(EVENTS));
    read(stopped, EVENTS);
  }

  private List<Long> pending() {
    return connections.snapshot().stream()
        .map(each -> (NettyConnection) ((Presence) each).peer())
        .map(NettyConnection::bytesPending)
        .toList();
  }
}
