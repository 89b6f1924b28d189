package io.sluice.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Event;
import io.sluice.channel.Position;
import io.sluice.config.ChannelPattern;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.http.Admission;
import io.sluice.http.CloseReason;
import io.sluice.http.Limits;
import io.sluice.metrics.Metrics;
import io.sluice.server.BrokerFactory;
import io.sluice.server.TestSite;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Push endpoints over real sockets, real hubs and a real broker, one for each node of {@link
 * TestSite}. Each connection is to the next node, and who publishes is at another one than who
 * connected last. What is counted of all connections is counted of the nodes together. The route's
 * channel is {@link #ROOM}, which keeps ten events; {@code news-*} may be selected. No beat comes
 * among what is read: see {@link #rare} and {@link #late}.
 */
@NullMarked
final class PushBed {

  static final String ROOM = "room";
  static final int MAX_CONNECTIONS = 3;

  /** The time of an event in its JSON form, which nobody knows before. */
  static final Pattern TIME =
      Pattern.compile("\"time\":\"(\\d{4}(-\\d\\d){2}T[0-9:]{8}\\.\\d{3}Z)\"");

  private static final Route.History TEN = new Route.History(10, 64 << 20, Duration.ofMinutes(2));
  private static final int TIMEOUT_MS = 30_000;
  private static final int AT_A_TIME = 200;

  final Admission admission;
  private final List<PushNode> nodes = new ArrayList<>();
  private final List<Socket> open = new ArrayList<>();
  private final @Nullable TestCertificate certificate;
  private int turn;

  /**
   * Starts it.
   *
   * @param certificate speaks TLS with it; null for HTTP in the clear
   */
  PushBed(Route.Push route, @Nullable TestCertificate certificate) throws Exception {
    this.certificate = certificate;
    TestSite site = TestSite.here();
    BrokerFactory brokers = site.brokers();
    Metrics first = new Metrics();
    admission = new Admission(Limits.connections(MAX_CONNECTIONS), first);
    for (int i = 0; i < site.nodes(); i++) {
      Metrics metrics = i == 0 ? first : new Metrics();
      nodes.add(new PushNode(route, certificate, brokers, admission, metrics));
    }
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
            TEN,
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

  Position publish(String channel, String data) throws Exception {
    PushNode next = nodes.get((turn + 1) % nodes.size());
    return next.publishing(channel, Event.Kind.TEXT, data.getBytes(UTF_8)).get(30, SECONDS);
  }

  /** Publishes so many events, some of them at a time. */
  void publish(String channel, int count, IntFunction<String> data) throws Exception {
    PushNode next = nodes.get((turn + 1) % nodes.size());
    Queue<CompletableFuture<Position>> underWay = new ArrayDeque<>();
    for (int i = 0; i < count; i++) {
      underWay.add(next.publishing(channel, Event.Kind.TEXT, data.apply(i).getBytes(UTF_8)));
      if (underWay.size() == AT_A_TIME) {
        underWay.remove().get(30, SECONDS);
      }
    }
    for (CompletableFuture<Position> each : underWay) {
      each.get(30, SECONDS);
    }
  }

  static String part(String channel, Position position) {
    return Cursor.part(Channel.hash(channel), position);
  }

  /** Where the next connection goes. */
  int port() {
    return nodes.get(++turn % nodes.size()).port();
  }

  /** A TCP connection, without TLS. */
  Socket wire() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port());
  }

  /** What clients speak over a connection; closed with the bed. */
  Socket over(Socket wire) throws IOException {
    Socket socket =
        certificate == null
            ? wire
            : certificate
                .trusting()
                .getSocketFactory()
                .createSocket(wire, "127.0.0.1", wire.getPort(), true);
    open.add(socket);
    socket.setSoTimeout(TIMEOUT_MS);
    return socket;
  }

  /** Sends a request's head, given by its lines. */
  Socket send(String... lines) throws IOException {
    Socket socket = over(wire());
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

  /** Readers of {@link #ROOM}. */
  int readers() {
    return nodes.stream().mapToInt(node -> node.readers(ROOM)).sum();
  }

  /** Waits until there are so many readers of {@link #ROOM}, and all readers are at the head. */
  void awaitReaders(int count) throws Exception {
    while (readers() != count || !areUpToDate()) {
      Thread.onSpinWait();
    }
    settle();
  }

  private boolean areUpToDate() throws Exception {
    for (PushNode node : nodes) {
      if (!node.isUpToDate()) {
        return false;
      }
    }
    return true;
  }

  /** Lets the loops do what they have been given so far. */
  void settle() throws Exception {
    for (int i = 0; i < 10; i++) {
      for (PushNode node : nodes) {
        node.onLoop(() -> true);
      }
    }
  }

  /** The sum of what the nodes have counted. */
  long counted(Function<Metrics, CounterDataPoint> metric) {
    return nodes.stream().mapToLong(node -> (long) metric.apply(node.metrics).get()).sum();
  }

  /** What waits to be sent to the clients of streams. */
  long bytesPending() throws Exception {
    long bytes = 0;
    for (PushNode node : nodes) {
      bytes += node.bytesPending();
    }
    return bytes;
  }

  /** Ends what is open, as a drain does. */
  void closeAll(CloseReason reason) throws Exception {
    for (PushNode node : nodes) {
      node.closeAll(reason);
    }
  }

  /** Ends everything, and fails if something was left behind by clients that have gone. */
  void close() throws Exception {
    for (Socket socket : open) {
      socket.close();
    }
    for (PushNode node : nodes) {
      while (node.connections() > 0) {
        Thread.onSpinWait();
      }
      assertThat(node.readers(ROOM)).isZero();
      assertThat(node.watched()).isZero();
    }
    assertThat(admission.open()).isZero();
    for (PushNode node : nodes) {
      node.close();
    }
  }
}
