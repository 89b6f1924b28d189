package io.sluice.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Event;
import io.sluice.channel.History;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.hub.HubSettings;
import io.sluice.channel.local.LocalBroker;
import io.sluice.channel.log.Floor;
import io.sluice.config.ChannelPattern;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.http.Admission;
import io.sluice.http.CloseReason;
import io.sluice.http.Connections;
import io.sluice.http.Limits;
import io.sluice.metrics.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A push endpoint over real sockets, a real hub and a real broker, on one loop. The route's channel
 * is {@link #ROOM}, which keeps ten events; {@code news-*} may be selected. No beat comes among
 * what is read: see {@link #rare} and {@link #late}.
 */
@NullMarked
final class PushBed {

  static final String ROOM = "room";
  static final int MAX_CONNECTIONS = 3;
  private static final int TIMEOUT_MS = 30_000;

  final Metrics metrics = new Metrics();
  final Connections connections = new Connections();
  final Admission admission = new Admission(Limits.connections(MAX_CONNECTIONS), metrics);
  final Hub hub;
  private final LocalBroker broker;
  private final List<Socket> open = new ArrayList<>();
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final EventLoop eventLoop = ((VertxInternal) vertx).nettyEventLoopGroup().next();
  private final HttpServer server;
  private final TransportLoop transportLoop;
  private final @Nullable TestCertificate certificate;

  /**
   * Starts it.
   *
   * @param certificate speaks TLS with it; null for HTTP in the clear
   */
  PushBed(Route.Push route, @Nullable TestCertificate certificate) throws Exception {
    this.certificate = certificate;
    Loop loop = new NettyLoop(eventLoop);
    broker =
        new LocalBroker(
            List.of(loop),
            new LocalBroker.Settings(
                name -> new History(name.equals(ROOM) ? 10 : 1000, 64 << 20, 120_000),
                new Floor(256 << 10, 2_000),
                1 << 28,
                1 << 24,
                86_400_000,
                300_000,
                1_000,
                () -> 1_700_000_000_000L),
            SplittableRandom::new,
            metrics);
    hub = new Hub(List.of(loop), broker, HubSettings.usual(), metrics);
    TransportLoop.Shared shared = new TransportLoop.Shared(hub, admission, Config.DEFAULT, metrics);
    transportLoop = onLoop(() -> new TransportLoop(loop, connections, late(), shared));
    PushEndpoint endpoint = onLoop(() -> new PushEndpoint(transportLoop));
    server =
        vertx
            .createHttpServer(options(certificate))
            .requestHandler(request -> endpoint.handle(request, route, ROOM));
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(30, SECONDS);
  }

  private static HttpServerOptions options(@Nullable TestCertificate certificate) {
    HttpServerOptions options = TransportLoop.require(new HttpServerOptions());
    return certificate == null
        ? options
        : options.setSsl(true).setKeyCertOptions(KeyCertOptions.wrap(certificate.keys()));
  }

  static Route.Push route() {
    return route(Route.Origins.SAME);
  }

  static Route.Push route(Route.Origins origins) {
    return route(origins, Duration.ofMinutes(5));
  }

  /** Long polls wait no longer than this. */
  static Route.Push route(Duration wait) {
    return route(Route.Origins.SAME, wait);
  }

  private static Route.Push route(Route.Origins origins, Duration wait) {
    return route(origins, new Route.Poll(wait, Duration.ofMillis(20), 5));
  }

  static Route.Push route(Route.Poll poll) {
    return route(Route.Origins.SAME, poll);
  }

  private static Route.Push route(Route.Origins origins, Route.Poll poll) {
    Route.Push usual = Route.Push.DEFAULT;
    return rare(
        new Route.Push(
            ROOM,
            List.of(new ChannelPattern("news-*")),
            usual.transports(),
            origins,
            usual.heartbeat(),
            usual.retryMin(),
            usual.retryMax(),
            poll,
            usual.history(),
            usual.compression()));
  }

  /** The same with as long an interval between two beats as may be set. */
  static Route.Push rare(Route.Push route) {
    return new Route.Push(
        route.channel(),
        route.select(),
        route.transports(),
        route.origins(),
        Duration.ofMinutes(10),
        route.retryMin(),
        route.retryMax(),
        route.poll(),
        route.history(),
        route.compression());
  }

  /** Lets the first beat of a stream, which comes at a random time, come after a whole interval. */
  static RandomGenerator late() {
    SplittableRandom usual = new SplittableRandom();
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        return usual.nextLong();
      }

      @Override
      public long nextLong(long bound) {
        return bound - 1;
      }
    };
  }

  <T> T onLoop(Callable<T> task) throws Exception {
    return eventLoop.submit(task).get(30, SECONDS);
  }

  Position publish(String channel, String data) throws Exception {
    var answer =
        broker.publish(channel, publication(data)).toCompletionStage().toCompletableFuture();
    return ((Broker.Published.Stored) answer.get(30, SECONDS)).position();
  }

  private static Broker.Publication publication(String data) {
    return new Broker.Publication(
        new Broker.PublishId("", false), null, null, Event.Kind.TEXT, data.getBytes(UTF_8));
  }

  static String part(String channel, Position position) {
    return Cursor.part(Channel.hash(channel), position);
  }

  private Socket dial() throws IOException {
    int port = server.actualPort();
    Socket wire = new Socket(InetAddress.getLoopbackAddress(), port);
    return certificate == null
        ? wire
        : certificate.trusting().getSocketFactory().createSocket(wire, "127.0.0.1", port, true);
  }

  /** Sends a request's head, given by its lines. */
  Socket send(String... lines) throws IOException {
    Socket socket = dial();
    open.add(socket);
    socket.setSoTimeout(TIMEOUT_MS);
    String head = String.join("\r\n", lines) + "\r\nHost: x\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(ISO_8859_1));
    return socket;
  }

  /** The whole answer to a request on a connection that ends with it. */
  String ask(String... lines) throws IOException {
    String[] closing = new String[lines.length + 1];
    System.arraycopy(lines, 0, closing, 0, lines.length);
    closing[lines.length] = "Connection: close";
    return readToEnd(send(closing));
  }

  static String readToEnd(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), UTF_8);
  }

  /** What comes up to and with a text. */
  static String readUntil(Socket socket, String end) throws IOException {
    return readUntil(socket.getInputStream(), end);
  }

  static String readUntil(InputStream in, String end) throws IOException {
    byte[] last = end.getBytes(UTF_8);
    byte[] got = new byte[64];
    int count = 0;
    while (count < last.length
        || !Arrays.equals(got, count - last.length, count, last, 0, last.length)) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("the end came before " + end + " after " + count + " bytes");
      }
      if (count == got.length) {
        got = Arrays.copyOf(got, count * 2);
      }
      got[count++] = (byte) next;
    }
    return new String(got, 0, count, UTF_8);
  }

  /** Waits until so many readers of {@link #ROOM} are at the head, or gone. */
  void awaitReaders(int count) throws Exception {
    while (hub.readers(ROOM) != count) {
      Thread.onSpinWait();
    }
    for (int i = 0; i < 10; i++) {
      onLoop(() -> true);
    }
  }

  /** Ends what is open, as a drain does. */
  void closeAll(CloseReason reason) throws Exception {
    onLoop(
        () -> {
          connections.forEach(connection -> connection.close(reason));
          return true;
        });
  }

  /** Ends everything, and fails if something was left behind by clients that have gone. */
  void close() throws Exception {
    for (Socket socket : open) {
      socket.close();
    }
    while (onLoop(connections::size) > 0) {
      Thread.onSpinWait();
    }
    assertThat(admission.open()).isZero();
    assertThat(hub.readers(ROOM)).isZero();
    assertThat(onLoop(() -> transportLoop.wheel().size())).isZero();
    vertx.close().toCompletionStage().toCompletableFuture().get(30, SECONDS);
  }
}
