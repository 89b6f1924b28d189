package io.sluice.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.sluice.Proves;
import io.sluice.config.TestCertificate;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.Reference;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections taken over from a real Vert.x server, by raw sockets, on both transports. */
class NettyConnectionIT {

  private static final String STREAM = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";
  private static final String UPGRADE =
      "GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: any\r\n\r\n";
  private static final String STREAM_HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  private final BlockingQueue<Taken> taken = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private Vertx vertx = Vertx.vertx();
  private HttpServer server = vertx.createHttpServer();

  private boolean tls;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().get(10, SECONDS);
  }

  private void start(String transport) throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, SECONDS);
    vertx =
        Vertx.builder()
            .withTransport(transport.startsWith("epoll") ? Transport.EPOLL : Transport.NIO)
            .build();
    tls = transport.endsWith("-tls");
    HttpServerOptions options = NettyConnection.require(new HttpServerOptions());
    if (tls) {
      options.setSsl(true).setKeyCertOptions(KeyCertOptions.wrap(certificate.keys()));
    }
    server = vertx.createHttpServer(options).requestHandler(this::serve);
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(10, SECONDS);
  }

  private void serve(HttpServerRequest request) {
    switch (request.path()) {
      case "/plain" -> request.response().end("plain");
      case "/slow" -> vertx.setTimer(50, time -> request.response().end("slow"));
      default -> {
        if (request.path().equals("/upgrade")) {
          request.response().setStatusCode(101).putHeader("Upgrade", "any");
        } else {
          request.response().putHeader("Content-Type", "text/event-stream");
        }
        Taken connection = new Taken(NettyConnection.takeOver(request));
        connection.connection.start(connection);
        connection.connection.flush();
        taken.add(connection);
      }
    }
  }

  private Socket connect(String request) throws IOException {
    Socket socket =
        tls
            ? certificate
                .trusting()
                .getSocketFactory()
                .createSocket("127.0.0.1", server.actualPort())
            : new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
    open.add(socket);
    socket.setSoTimeout(10_000);
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    return socket;
  }

  private Taken take() throws InterruptedException {
    Taken next = taken.poll(10, SECONDS);
    assertThat(next).isNotNull();
    return next;
  }

  private static String read(Socket socket, int count) throws IOException {
    return new String(socket.getInputStream().readNBytes(count), ISO_8859_1);
  }

  private static String readToEnd(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    InputStream from = socket.getInputStream();
    for (int b = from.read(); b >= 0; b = from.read()) {
      all.write(b);
    }
    return all.toString(ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void writesTheHeadAndThenBytesAsTheyAre(String transport) throws Exception {
    start(transport);
    Socket socket = connect(STREAM);
    Taken connection = take();

    connection.run(
        c -> {
          c.write(bytes("3\r\nabc\r\n"));
          c.flush();
        });

    String expected = STREAM_HEAD + "3\r\nabc\r\n";
    assertThat(read(socket, expected.length())).isEqualTo(expected);
    assertThat(connection.is(NettyConnection::isChunked)).isTrue();
    assertThat(connection.ask(NettyConnection::bytesWritten)).isEqualTo(expected.length());
    assertThat(connection.ask(NettyConnection::bytesPending)).isZero();
    assertThat(connection.ask(NettyConnection::remote))
        .isEqualTo("127.0.0.1:" + socket.getLocalPort());
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void leavesNothingOfVertxOnThePipeline(String transport) throws Exception {
    start(transport);
    connect(STREAM);

    List<String> names = take().ask(c -> c.channel().pipeline().names());

    List<String> ours = new ArrayList<>(names);
    assertThat(ours.remove("ssl")).isEqualTo(tls);
    assertThat(ours.remove(SentBytes.class.getSimpleName())).isEqualTo(tls);
    assertThat(ours).hasSize(2).first().isEqualTo(NettyConnection.NAME);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void delimitsByCloseForHttp10(String transport) throws Exception {
    start(transport);
    Socket socket = connect("GET /stream HTTP/1.0\r\n\r\n");
    Taken connection = take();

    connection.run(c -> c.finish(bytes("the end")));

    assertThat(connection.is(NettyConnection::isChunked)).isFalse();
    assertThat(readToEnd(socket))
        .isEqualTo("HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\nthe end");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void keepsBytesThatCameWithTheRequest(String transport) throws Exception {
    start(transport);
    Socket socket = connect(UPGRADE + "early");
    Taken connection = take();
    socket.getOutputStream().write(" and late".getBytes(ISO_8859_1));

    assertThat(connection.next("early and late".length())).isEqualTo("early and late");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void takesOverAfterEarlierRequestsOfAKeptConnection(String transport) throws Exception {
    start(transport);
    Socket socket = connect("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n");
    String plain = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nplain";
    assertThat(read(socket, plain.length())).isEqualTo(plain);

    socket.getOutputStream().write(STREAM.getBytes(ISO_8859_1));
    take().run(c -> c.finish(bytes("0\r\n\r\n")));

    assertThat(readToEnd(socket)).isEqualTo(STREAM_HEAD + "0\r\n\r\n");
  }

  /** The leak detector of the tests would tell the buffers that Vert.x had put aside. */
  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void dropsWhatWasPipelinedBehindIt(String transport) throws Exception {
    start(transport);
    String post =
        "POST /plain HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n" + "p".repeat(2000);
    Socket socket = connect("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" + STREAM + post.repeat(12));
    Taken connection = take();

    connection.run(c -> c.finish(bytes("0\r\n\r\n")));

    assertThat(readToEnd(socket))
        .isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nslow" + STREAM_HEAD + "0\r\n\r\n");
    socket.close();
    connection.closed.get(10, SECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void noticesAResetAtOnce(String transport) throws Exception {
    start(transport);
    Socket socket = connect(STREAM);
    Taken connection = take();

    socket.setSoLinger(true, 0);
    socket.close();

    connection.closed.get(10, SECONDS);
    connection.run(
        c -> {
          c.write(bytes("nobody reads this"));
          c.flush();
          c.finish(bytes("nor this"));
          c.abort();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void takesAHalfCloseForLeaving(String transport) throws Exception {
    start(transport);
    Socket socket = connect(STREAM);
    Taken connection = take();

    socket.shutdownOutput();

    connection.closed.get(10, SECONDS);
    assertThat(readToEnd(socket)).isEqualTo(STREAM_HEAD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void isFullWhenTheClientStopsReadingAndGoesOnWhenItReads(String transport) throws Exception {
    start(transport);
    Socket socket = connect(STREAM);
    Taken connection = take();
    ByteBuf chunk = Unpooled.wrappedBuffer(new byte[64 << 10]);

    long total = connection.ask(c -> fill(c, chunk));
    assertThat(connection.is(NettyConnection::isWritable)).isFalse();
    assertThat(connection.is(c -> c.isVanished(1000))).isFalse();
    long mark = connection.ask(NettyConnection::progress);

    socket.getInputStream().skipNBytes(STREAM_HEAD.length() + total);

    connection.writable.get(10, SECONDS);
    assertThat(connection.is(NettyConnection::isWritable)).isTrue();
    assertThat(connection.ask(NettyConnection::progress)).isGreaterThan(mark);
  }

  /** Writes until the socket takes nothing; answers how many bytes. */
  private static long fill(NettyConnection connection, ByteBuf chunk) {
    long total = 0;
    long mark;
    do {
      mark = connection.progress();
      connection.write(chunk.retainedDuplicate());
      connection.flush();
      total += chunk.readableBytes();
    } while (connection.progress() != mark);
    return total;
  }

  /** A client whose kernel drops whatever comes, as if its cable had been cut. */
  @Test
  @Proves("BEAT-3")
  void tellsAPeerThatVanishedFromOneThatDoesNotRead() throws Exception {
    start("epoll");
    Socket stopped = connect(STREAM);
    Taken reading = take();
    ByteBuf chunk = Unpooled.wrappedBuffer(new byte[64 << 10]);
    reading.ask(c -> fill(c, chunk));
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    open.add(() -> group.shutdownGracefully(0, 1, SECONDS).await());
    Channel client =
        new Bootstrap()
            .group(group)
            .channel(EpollSocketChannel.class)
            .handler(new ChannelInboundHandlerAdapter())
            .connect("127.0.0.1", server.actualPort())
            .sync()
            .channel();
    client.writeAndFlush(bytes(STREAM)).sync();
    Taken vanished = take();
    dropWhatComes(client);

    vanished.run(
        c -> {
          c.write(bytes(":\n"));
          c.flush();
        });

    for (int looks = 0; !vanished.is(c -> c.isVanished(1000)); looks++) {
      assertThat(looks).isLessThan(100);
      assertThat(reading.is(c -> c.isVanished(300))).isFalse();
      reading.later(100);
    }
    assertThat(reading.is(c -> c.isVanished(300))).isFalse();
    assertThat(stopped.isClosed()).isFalse();
    client.close().sync();
  }

  /** SO_ATTACH_FILTER with a program that takes nothing: segments vanish before TCP sees them. */
  private static void dropWhatComes(Channel client) {
    ByteBuffer program = ByteBuffer.allocateDirect(8).order(ByteOrder.nativeOrder());
    program.putShort(0, (short) 0x06); // BPF_RET | BPF_K, k = 0
    ByteBuffer option = ByteBuffer.allocateDirect(16).order(ByteOrder.nativeOrder());
    option.putShort(0, (short) 1);
    option.putLong(8, Unpooled.wrappedBuffer(program).memoryAddress());
    try {
      assertThat(client.config().setOption(new RawUnixChannelOption("FILTER", 1, 26, 16), option))
          .isTrue();
    } finally {
      Reference.reachabilityFence(program);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void finishesAlthoughUnreadBytesOfTheClientCame(String transport) throws Exception {
    start(transport);
    Socket socket = connect(UPGRADE);
    Taken connection = take();
    connection.run(c -> c.reading(false));
    socket.getOutputStream().write(new byte[100_000]);

    connection.run(c -> c.finish(bytes("goodbye")));

    assertThat(readToEnd(socket)).endsWith("goodbye");
    socket.close();
    connection.closed.get(10, SECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void closesAfterAWhileIfThePeerNeverDoes(String transport) throws Exception {
    start(transport);
    connect(STREAM);
    Taken connection = take();

    connection.run(c -> c.finish(bytes("0\r\n\r\n")));

    connection.closed.get(NettyConnection.LINGER_MS * 10L, MILLISECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void isClosedWhenTheServerCloses(String transport) throws Exception {
    start(transport);
    connect(STREAM);
    Taken connection = take();

    server.close().toCompletionStage().toCompletableFuture().get(10, SECONDS);

    connection.closed.get(10, SECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void leavesNothingBehindAfterManyConnections(String transport) throws Exception {
    start(transport);
    for (int i = 0; i < (tls ? 60 : 300); i++) {
      Socket socket = connect(i % 2 == 0 ? STREAM : UPGRADE + "early");
      Taken connection = take();
      if (i % 3 == 0) {
        connection.run(c -> c.finish(bytes("0\r\n\r\n")));
      } else if (i % 3 == 1) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
      connection.closed.get(10, SECONDS);
    }

    // With no connection left, a graceful shutdown has nothing to wait for.
    server.shutdown(1, HOURS).toCompletionStage().toCompletableFuture().get(10, SECONDS);
    assertThat(taken).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void passesItsOwnCheck(String transport) throws Exception {
    start(transport);

    TakeoverCheck.run(vertx).toCompletionStage().toCompletableFuture().get(10, SECONDS);
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, ISO_8859_1);
  }

  /** A taken connection, driven from the test's thread. */
  private static final class Taken implements NettyConnection.Listener {
    private final NettyConnection connection;
    private final BlockingQueue<Byte> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final CompletableFuture<Void> writable = new CompletableFuture<>();

    Taken(NettyConnection connection) {
      this.connection = connection;
    }

    void run(Consumer<NettyConnection> action) throws Exception {
      ask(
          c -> {
            action.accept(c);
            return true;
          });
    }

    <T> T ask(Function<NettyConnection, T> question) throws Exception {
      return connection
          .channel()
          .eventLoop()
          .submit(() -> question.apply(connection))
          .get(10, SECONDS);
    }

    boolean is(Predicate<NettyConnection> question) throws Exception {
      return ask(question::test);
    }

    /** Waits for the loop's clock. */
    void later(long ms) throws Exception {
      connection.channel().eventLoop().schedule(() -> {}, ms, MILLISECONDS).get(10, SECONDS);
    }

    String next(int count) throws InterruptedException {
      StringBuilder text = new StringBuilder();
      while (text.length() < count) {
        Byte next = received.poll(10, SECONDS);
        assertThat(next).as("byte after " + text).isNotNull();
        text.append((char) (byte) next);
      }
      return text.toString();
    }

    @Override
    public void onBytes(ByteBuf bytes) {
      while (bytes.isReadable()) {
        received.add(bytes.readByte());
      }
      bytes.release();
    }

    @Override
    public void onWritable() {
      writable.complete(null);
    }

    @Override
    public void onClosed() {
      assertThat(closed.complete(null)).isTrue();
    }
  }
}
