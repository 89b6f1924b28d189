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
import io.sluice.channel.Start;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.hub.HubSettings;
import io.sluice.channel.local.LocalBroker;
import io.sluice.channel.log.Floor;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.http.Admission;
import io.sluice.http.CloseReason;
import io.sluice.http.Connections;
import io.sluice.http.Limits;
import io.sluice.http.Problem;
import io.sluice.metrics.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets over real sockets and a real hub, in the clear and over TLS. */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
class WebSocketIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @Parameter private boolean tls;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private static final String ROOM = "room";
  private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  /** The handshake of RFC 6455 §1.3. */
  private static final String HANDSHAKE =
      "GET /room HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
          + KEY
          + "\r\n";

  private static final String ACCEPTED =
      String.join(
          "\r\n",
          "HTTP/1.1 101 Switching Protocols",
          "Vary: Accept, Prefer, Origin",
          "Upgrade: websocket",
          "Connection: Upgrade",
          "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
          "",
          "");

  /** No beat comes among the frames. */
  private static final Route.Push ROUTE = PushBed.rare(WebSocketBed.route());

  private final Metrics metrics = new Metrics();
  private final Connections connections = new Connections();
  private final Admission admission = new Admission(Limits.connections(2), metrics);
  private final List<Socket> open = new ArrayList<>();
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
  private WebSocketTransport transport;

  /** The TCP connection of the last client, beneath its TLS. */
  private Socket wire = new Socket();

  @BeforeEach
  void start() throws Exception {
    transport =
        onLoop(
            () ->
                new WebSocketTransport(
                    new TransportLoop(
                        loop,
                        connections,
                        PushBed.late(),
                        new TransportLoop.Shared(hub, admission, Config.DEFAULT, metrics))));
    HttpServerOptions options =
        TransportLoop.require(new HttpServerOptions().setStrictThreadMode(true));
    if (tls) {
      options.setSsl(true).setKeyCertOptions(KeyCertOptions.wrap(certificate.keys()));
    }
    server = vertx.createHttpServer(options).requestHandler(this::serve);
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(30, SECONDS);
  }

  @AfterEach
  void leavesNothingBehind() throws Exception {
    for (Socket socket : open) {
      socket.close();
    }
    while (onLoop(connections::size) > 0) {
      Thread.onSpinWait();
    }
    assertThat(admission.open()).isZero();
    assertThat(hub.readers(ROOM)).isZero();
    assertThat(onLoop(() -> transport.loop().wheel().size())).isZero();
    vertx.close().toCompletionStage().toCompletableFuture().get(30, SECONDS);
  }

  private void serve(HttpServerRequest request) {
    request.response().putHeader("Vary", "Accept, Prefer, Origin");
    Problem problem =
        WebSocketHandshake.isAsked(PushRequest.of(request))
            ? WebSocketHandshake.problem(PushRequest.of(request), ROUTE)
            : Problem.Kind.UPGRADE_REQUIRED.with("no upgrade");
    if (problem != null) {
      WebSocketHandshake.headers(problem)
          .forEach(header -> request.response().putHeader(header.getKey(), header.getValue()));
      problem.send(request.response());
      return;
    }
    transport.accept(
        request,
        new WebSocketTransport.Opening(
            ROUTE,
            ROOM,
            List.of(new SubscribeRequest.Asked(ROOM, new Start.Head())),
            "json".equals(request.getParam("format"))));
  }

  private <T> T onLoop(Callable<T> task) throws Exception {
    return eventLoop.submit(task).get(30, SECONDS);
  }

  private Socket connect(String request) throws IOException {
    return connect(request.getBytes(ISO_8859_1));
  }

  private Socket connect(byte[] request) throws IOException {
    int port = server.actualPort();
    wire = new Socket(InetAddress.getLoopbackAddress(), port);
    Socket socket =
        tls
            ? certificate.trusting().getSocketFactory().createSocket(wire, "127.0.0.1", port, true)
            : wire;
    open.add(socket);
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(request);
    return socket;
  }

  private Socket connected() throws Exception {
    Socket socket = connect(HANDSHAKE + "\r\n");
    assertThat(read(socket, ACCEPTED.length())).isEqualTo(ACCEPTED);
    untilRead();
    return socket;
  }

  private void untilRead() throws Exception {
    while (onLoop(() -> hub.readers(ROOM)) == 0) {
      Thread.onSpinWait();
    }
    settle();
  }

  /** Lets the loop do what it has been given so far. */
  private void settle() throws Exception {
    for (int i = 0; i < 10; i++) {
      onLoop(() -> true);
    }
  }

  private void publish(String data) throws Exception {
    broker
        .publish(
            ROOM,
            new Broker.Publication(
                new Broker.PublishId("", false), null, null, Event.Kind.TEXT, data.getBytes(UTF_8)))
        .toCompletionStage()
        .toCompletableFuture()
        .get(30, SECONDS);
  }

  private static String read(Socket socket, int count) throws IOException {
    return new String(socket.getInputStream().readNBytes(count), ISO_8859_1);
  }

  private static String readToEnd(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    socket.getInputStream().transferTo(all);
    return all.toString(ISO_8859_1);
  }

  private static String closeFrame(int code, String reason) {
    return "\u0088"
        + (char) (reason.length() + 2)
        + (char) (code >> 8)
        + (char) (code & 0xff)
        + reason;
  }

  @Test
  @Proves({"WS-2", "WS-6", "NEG-1", "NEG-6"})
  void acceptsAndSendsExactlyTheseBytes() throws Exception {
    Socket socket = connected();

    publish("hello");
    publish("x".repeat(200));

    assertThat(read(socket, 7)).isEqualTo("\u0081\u0005hello");
    assertThat(read(socket, 204)).isEqualTo("\u0081~\u0000\u00c8" + "x".repeat(200));
  }

  @Test
  @Proves({"WS-2", "WS-9"})
  void choosesOurSubprotocolAmongThoseOffered() throws Exception {
    Socket socket =
        connect(
            HANDSHAKE
                + "Sec-WebSocket-Protocol: mqtt, sluice.v1.json\r\n"
                + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n");

    String head =
        ACCEPTED.substring(0, ACCEPTED.length() - 2)
            + "Sec-WebSocket-Protocol: sluice.v1.json\r\n\r\n";
    assertThat(read(socket, head.length())).isEqualTo(head);
    DataInputStream frames = new DataInputStream(socket.getInputStream());
    assertThat(frames.readUnsignedByte()).isEqualTo(0x81);
    assertThat(new String(frames.readNBytes(frames.readUnsignedByte()), UTF_8))
        .startsWith("{\"op\":\"hello\",");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Sec-WebSocket-Version: 13 | Sec-WebSocket-Version: 8 | 426 | upgrade-required",
        "Sec-WebSocket-Version: 13 | X: y | 426 | upgrade-required",
        "Sec-WebSocket-Key: " + KEY + " | X: y | 400 | bad-handshake",
        "Sec-WebSocket-Key: " + KEY + " | Sec-WebSocket-Key: c2hvcnQ= | 400 | bad-handshake",
        "Connection: Upgrade | Connection: keep-alive | 400 | bad-handshake",
        "Host: x | Content-Length: 5 | 400 | bad-handshake",
        "Host: x | Sec-WebSocket-Protocol: mqtt, amqp | 400 | unknown-subprotocol",
        "Host: x | Sec-WebSocket-Protocol: SLUICE.V1.JSON | 400 | unknown-subprotocol",
      })
  @Proves({"WS-1", "WS-2", "REF-1"})
  void refusesAHandshake(String instead, String of, int status, String slug) throws Exception {
    Socket socket = connect((HANDSHAKE + "\r\n").replace(instead, of));

    String answer = PushBed.readUntil(socket, "}");

    assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("\"slug\":\"" + slug + "\"");
    for (String header :
        List.of("Sec-WebSocket-Version: 13", "Upgrade: websocket", "Connection: Upgrade")) {
      assertThat(answer.contains("\r\n" + header + "\r\n")).as(header).isEqualTo(status == 426);
    }
    if (slug.equals("unknown-subprotocol")) {
      assertThat(answer).contains("sluice.v1.json");
    }
  }

  @Test
  @Proves({"WS-16", "REF-2", "LIM-3"})
  void acceptsAndClosesWhenThereIsNoPlace() throws Exception {
    admission.enter();
    admission.enter();

    String answer = readToEnd(connect(HANDSHAKE + "\r\n"));

    assertThat(answer).isEqualTo(ACCEPTED + closeFrame(1013, "overloaded"));
    admission.leave();
    admission.leave();
  }

  @Test
  @Proves({"WS-16", "REF-2", "REF-3"})
  void closesTheOpenAndTheNewWhenDraining() throws Exception {
    Socket socket = connected();

    admission.drain();
    onLoop(
        () -> {
          connections.forEach(connection -> connection.close(CloseReason.DRAINING));
          return true;
        });

    assertThat(readToEnd(socket)).isEqualTo(closeFrame(1012, "draining"));
    assertThat(readToEnd(connect(HANDSHAKE + "\r\n")))
        .isEqualTo(ACCEPTED + closeFrame(1012, "draining"));
  }

  @Test
  void takesFramesThatCameWithTheHandshake() throws Exception {
    Socket socket =
        connect(
            ClientFrames.join(
                (HANDSHAKE + "\r\n").getBytes(ISO_8859_1),
                ClientFrames.ping("early"),
                ClientFrames.close(1000, "")));

    assertThat(readToEnd(socket)).isEqualTo(ACCEPTED + "\u008a\u0005early" + closeFrame(1000, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "reset", "half close", "in a frame", "without goodbye"})
  @Proves("BEAT-5")
  void freesTheReaderWhenTheClientLeaves(String how) throws Exception {
    Socket socket = connected();

    switch (how) {
      case "close" -> socket.close();
      case "half close" -> socket.shutdownOutput();
      case "in a frame" -> {
        socket.getOutputStream().write(new byte[] {(byte) 0x81, (byte) 0xff, 0});
        socket.close();
      }
      case "without goodbye" -> wire.close(); // the same as close in the clear
      default -> {
        wire.setSoLinger(true, 0);
        wire.close();
      }
    }

    while (onLoop(() -> hub.readers(ROOM)) > 0) {
      Thread.onSpinWait();
    }
    assertThat(admission.open()).isZero();
  }

  @Test
  @Proves({"BEAT-4", "STA-4"})
  void catchesUpInOrderAfterTheClientStoppedReading() throws Exception {
    Socket socket = connected();
    int count = 10_000;
    String filler = "x".repeat(1000);

    for (int i = 0; i < count; i++) {
      publish(i + " " + filler);
    }
    settle();
    NettyConnection connection =
        onLoop(() -> (NettyConnection) ((Presence) connections.snapshot().get(0)).peer());
    assertThat(onLoop(connection::bytesPending)).isLessThan(100_000);

    DataInputStream frames = new DataInputStream(socket.getInputStream());
    for (int i = 0; i < count; i++) {
      assertThat(frames.readUnsignedByte()).isEqualTo(0x81);
      assertThat(frames.readUnsignedByte()).isEqualTo(126);
      assertThat(new String(frames.readNBytes(frames.readUnsignedShort()), UTF_8))
          .isEqualTo(i + " " + filler);
    }
    publish("live again");
    assertThat(read(socket, 12)).isEqualTo("\u0081\nlive again");
  }

  @Test
  @Proves({"WS-4", "WS-5", "WS-6", "WS-13"})
  void servesTheWebSocketOfTheJdk() throws Exception {
    BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    WebSocket socket =
        HttpClient.newBuilder()
            .sslContext(certificate.trusting())
            .build()
            .newWebSocketBuilder()
            .subprotocols("sluice.v1.json")
            .buildAsync(
                URI.create((tls ? "wss" : "ws") + "://127.0.0.1:" + server.actualPort() + "/room"),
                new Heard(heard))
            .get(30, SECONDS);
    assertThat(heard.poll(30, SECONDS)).startsWith("{\"op\":\"hello\"");
    untilRead();

    socket.sendText("{\"op\":", false).get(30, SECONDS);
    socket.sendPing(ByteBuffer.wrap("p".getBytes(UTF_8))).get(30, SECONDS);
    socket.sendText("\"ping\"}", true).get(30, SECONDS);
    assertThat(heard.poll(30, SECONDS)).isEqualTo("pong p");
    assertThat(heard.poll(30, SECONDS)).isEqualTo("{\"op\":\"pong\"}");
    publish("hello");
    assertThat(heard.poll(30, SECONDS)).contains("\"data\":\"hello\"");
    socket.sendClose(1000, "bye").get(30, SECONDS);

    assertThat(heard.poll(30, SECONDS)).isEqualTo("close 1000");
  }

  /** Notes what the JDK's client hears; a message in parts is one. */
  private static final class Heard implements WebSocket.Listener {
    private final BlockingQueue<String> heard;
    private final StringBuilder text = new StringBuilder();

    Heard(BlockingQueue<String> heard) {
      this.heard = heard;
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        heard.add(text.toString());
        text.setLength(0);
      }
      return WebSocket.Listener.super.onText(socket, data, last);
    }

    @Override
    public CompletionStage<?> onPong(WebSocket socket, ByteBuffer payload) {
      heard.add("pong " + UTF_8.decode(payload));
      return WebSocket.Listener.super.onPong(socket, payload);
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      heard.add("close " + code);
      return WebSocket.Listener.super.onClose(socket, code, reason);
    }
  }
}
