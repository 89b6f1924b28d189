package io.sluice.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.sluice.Proves;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.History;
import io.sluice.channel.Loop;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.hub.HubSettings;
import io.sluice.channel.local.LocalBroker;
import io.sluice.channel.log.Floor;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.http.Admission;
import io.sluice.http.Connections;
import io.sluice.http.Limits;
import io.sluice.http.PacedClient;
import io.sluice.metrics.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Five hundred clients that stop reading, and all go on at once, in the clear and over TLS. */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
class StoppedClientsIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @Parameter private boolean tls;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private static final int CLIENTS = 500;
  private static final int FEW = 50;
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

  /** No ping comes: these clients would not answer it. */
  private static final Route.Push ROUTE = PushBed.rare(WebSocketBed.route());

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
              new Floor(256 << 10, 2_000),
              1 << 28,
              1 << 24,
              86_400_000,
              300_000,
              1_000,
              System::currentTimeMillis),
          SplittableRandom::new,
          metrics);
  private final Hub hub = new Hub(List.of(loop), broker, HubSettings.usual(), metrics);

  private HttpServer server;

  @AfterEach
  void close() throws Exception {
    for (Client client : open) {
      client.connection.close();
    }
    while (onLoop(connections::size) > 0) {
      Thread.onSpinWait();
    }
    assertThat(admission.open()).isZero();
    vertx.close().toCompletionStage().toCompletableFuture().get(30, SECONDS);
  }

  @BeforeEach
  void start() throws Exception {
    PushEndpoint endpoint =
        onLoop(
            () ->
                new PushEndpoint(
                    new TransportLoop(
                        loop,
                        connections,
                        PushBed.late(),
                        new TransportLoop.Shared(hub, admission, Config.DEFAULT, metrics))));
    // Small buffers in the kernel, so that a stopped client is felt soon.
    HttpServerOptions options =
        TransportLoop.require(new HttpServerOptions().setSendBufferSize(16 << 10));
    if (tls) {
      options.setSsl(true).setKeyCertOptions(KeyCertOptions.wrap(certificate.keys()));
    }
    server = vertx.createHttpServer(options);
    server.requestHandler(request -> endpoint.handle(request, ROUTE, request.path().substring(1)));
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(30, SECONDS);
  }

  private <T> T onLoop(Callable<T> task) throws Exception {
    return eventLoop.submit(task).get(30, SECONDS);
  }

  private Client connect(String channel, String headers) throws IOException {
    PacedClient connection =
        PacedClient.connect(server.actualPort(), 8 << 10, tls ? certificate.trusting() : null);
    Client client = new Client(connection);
    open.add(client);
    connection.send("GET /" + channel + " HTTP/1.1\r\nHost: x\r\n" + headers);
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
        .get(30, SECONDS);
  }

  /** Reads what comes for clients until each has the numbered events up to one. */
  private void read(List<Client> clients, int last) throws IOException {
    try (Selector selector = Selector.open()) {
      for (Client client : clients) {
        client.connection.register(selector, client);
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
    private final PacedClient connection;
    private final StringBuilder rest = new StringBuilder();
    private int next;

    Client(PacedClient connection) {
      this.connection = connection;
    }

    /** Takes what there is; answers the number of the event that comes next. */
    int read(ByteBuffer block) {
      try {
        connection.read(block, bytes -> rest.append(ISO_8859_1.decode(bytes)));
      } catch (IOException ended) {
        throw new UncheckedIOException(ended);
      }
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

  /** They come back far behind and read nothing: over TLS each holds a copy of the same page. */
  @ParameterizedTest
  @ValueSource(strings = {"websocket", "sse"})
  @Proves("BEAT-4")
  void whatTheyHoldOfPagesCountsAgainstTheNodesBudget(String transport) throws Exception {
    for (int i = 0; i < EVENTS; i++) {
      publish("busy", event(i));
    }
    for (int i = 0; i < FEW; i++) {
      connect("busy?rewind=" + EVENTS, transport.equals("sse") ? SSE : WEBSOCKET);
    }
    while (onLoop(() -> pending().stream().filter(bytes -> bytes > 16 << 10).count()) < FEW) {
      Thread.onSpinWait();
    }
    untilReaders("busy", FEW);

    long held = onLoop(() -> pending().stream().mapToLong(bytes -> bytes).sum());
    assertThat(counted()).isGreaterThanOrEqualTo(tls ? held : 1);

    read(List.copyOf(open), EVENTS - 1);
    while (counted() > 0) { // the last of them when recent pages are let go of
      Thread.onSpinWait();
    }
  }

  private long counted() {
    GaugeSnapshot gauge =
        (GaugeSnapshot) metrics.registry.scrape("sluice_catch_up_bytes"::equals).get(0);
    return (long) gauge.getDataPoints().get(0).getValue();
  }

  private List<Long> pending() {
    return connections.snapshot().stream()
        .map(each -> (NettyConnection) ((Presence) each).peer())
        .map(NettyConnection::bytesPending)
        .toList();
  }
}
