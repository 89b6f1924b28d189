package io.sluice.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/** A real Vert.x server whose connections are taken over, and raw clients of it. */
final class ConnectionBed {

  static final String STREAM = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";
  static final String UPGRADE =
      "GET /upgrade HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: any\r\n\r\n";
  static final String STREAM_HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

  /** Twice what Linux lets a send buffer grow to. */
  private static final long MORE_THAN_A_SOCKET_HOLDS = 8 << 20;

  private final TestCertificate certificate;
  private final BlockingQueue<Taken> taken = new LinkedBlockingQueue<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private Vertx vertx = Vertx.vertx();
  private HttpServer server = vertx.createHttpServer();
  private boolean tls;

  ConnectionBed(TestCertificate certificate) {
    this.certificate = certificate;
  }

  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().get(30, SECONDS);
  }

  void closeLater(AutoCloseable resource) {
    open.add(resource);
  }

  Vertx vertx() {
    return vertx;
  }

  HttpServer server() {
    return server;
  }

  boolean isTls() {
    return tls;
  }

  boolean allTaken() {
    return taken.isEmpty();
  }

  /** Starts the server: {@code nio}, {@code epoll} or {@code epoll-tls}. */
  void start(String transport) throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(30, SECONDS);
    vertx =
        Vertx.builder()
            .withTransport(transport.startsWith("epoll") ? Transport.EPOLL : Transport.NIO)
            .build();
    tls = transport.endsWith("-tls");
    HttpServerOptions options = TakeoverOptions.require(new HttpServerOptions());
    if (tls) {
      options.setSsl(true).setKeyCertOptions(KeyCertOptions.wrap(certificate.keys()));
    }
    server = vertx.createHttpServer(options).requestHandler(this::serve);
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(30, SECONDS);
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
        Taken connection = new Taken(Takeover.of(request));
        connection.connection.start(connection);
        connection.connection.flush();
        taken.add(connection);
      }
    }
  }

  /** A client that has sent a request; over TLS an {@code SSLSocket}. */
  Socket connect(String request) throws IOException {
    return connect(wire(), request);
  }

  /** The same over a TCP connection that the caller goes on to hold. */
  Socket connect(Socket wire, String request) throws IOException {
    Socket socket =
        tls
            ? certificate
                .trusting()
                .getSocketFactory()
                .createSocket(wire, "127.0.0.1", server.actualPort(), true)
            : wire;
    open.add(socket);
    socket.setSoTimeout(30_000);
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    return socket;
  }

  Socket wire() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.actualPort());
  }

  Taken take() throws InterruptedException {
    Taken next = taken.poll(30, SECONDS);
    assertThat(next).isNotNull();
    return next;
  }

  static String read(Socket socket, int count) throws IOException {
    return new String(socket.getInputStream().readNBytes(count), ISO_8859_1);
  }

  static String readToEnd(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    InputStream from = socket.getInputStream();
    for (int b = from.read(); b >= 0; b = from.read()) {
      all.write(b);
    }
    return all.toString(ISO_8859_1);
  }

  /**
   * Writes until the socket takes nothing, and then more than it may come to take: what is on its
   * way between two kernels, and a buffer that grows, make room once more. Answers how many bytes.
   */
  static long fill(NettyConnection connection, ByteBuf chunk) {
    long total = 0;
    long mark;
    do {
      mark = connection.progress();
      total += write(connection, chunk);
    } while (connection.progress() != mark);
    for (long more = 0; more < MORE_THAN_A_SOCKET_HOLDS; ) {
      more += write(connection, chunk);
      total += chunk.readableBytes();
    }
    return total;
  }

  private static int write(NettyConnection connection, ByteBuf chunk) {
    connection.write(chunk.retainedDuplicate());
    connection.flush();
    return chunk.readableBytes();
  }

  static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, ISO_8859_1);
  }

  /** A taken connection, driven from the test's thread. */
  static final class Taken implements NettyConnection.Listener {
    private final NettyConnection connection;
    private final BlockingQueue<Byte> received = new LinkedBlockingQueue<>();
    final CompletableFuture<Void> closed = new CompletableFuture<>();
    final CompletableFuture<Void> writable = new CompletableFuture<>();

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
          .get(30, SECONDS);
    }

    boolean is(Predicate<NettyConnection> question) throws Exception {
      return ask(question::test);
    }

    /** Waits for the loop's clock. */
    void later(long ms) throws Exception {
      connection.channel().eventLoop().schedule(() -> {}, ms, MILLISECONDS).get(30, SECONDS);
    }

    String next(int count) throws InterruptedException {
      StringBuilder text = new StringBuilder();
      while (text.length() < count) {
        Byte next = received.poll(30, SECONDS);
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
