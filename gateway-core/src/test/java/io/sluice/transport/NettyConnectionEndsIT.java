package io.sluice.transport;

import static io.sluice.transport.ConnectionBed.STREAM;
import static io.sluice.transport.ConnectionBed.STREAM_HEAD;
import static io.sluice.transport.ConnectionBed.UPGRADE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.netty.handler.ssl.SslHandler;
import io.sluice.Proves;
import io.sluice.config.TestCertificate;
import java.io.IOException;
import java.lang.ref.Reference;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How connections that were taken over fill up, vanish and end, by raw sockets. */
class NettyConnectionEndsIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  private ConnectionBed bed;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  @BeforeEach
  void make() {
    bed = new ConnectionBed(certificate);
  }

  @AfterEach
  void closeAll() throws Exception {
    bed.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void noticesAResetAtOnce(String transport) throws Exception {
    bed.start(transport);
    Socket wire = bed.wire();
    bed.connect(wire, STREAM);
    ConnectionBed.Taken connection = bed.take();

    wire.setSoLinger(true, 0); // TLS would say goodbye first
    wire.close();

    connection.closed.get(30, SECONDS);
    connection.run(
        c -> {
          c.write(ConnectionBed.bytes("nobody reads this"));
          c.flush();
          c.finish(ConnectionBed.bytes("nor this"));
          c.abort();
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void takesAHalfCloseForLeaving(String transport) throws Exception {
    bed.start(transport);
    Socket socket = bed.connect(STREAM);
    ConnectionBed.Taken connection = bed.take();

    socket.shutdownOutput();

    connection.closed.get(30, SECONDS);
    assertThat(ConnectionBed.readToEnd(socket)).isEqualTo(STREAM_HEAD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void isFullWhenTheClientStopsReadingAndGoesOnWhenItReads(String transport) throws Exception {
    bed.start(transport);
    Socket socket = bed.connect(STREAM);
    ConnectionBed.Taken connection = bed.take();
    ByteBuf chunk = Unpooled.wrappedBuffer(new byte[64 << 10]);

    long total = connection.ask(c -> ConnectionBed.fill(c, chunk));
    assertThat(connection.is(NettyConnection::isWritable)).isFalse();
    assertThat(connection.is(c -> c.isVanished(1000))).isFalse();
    long mark = connection.ask(NettyConnection::progress);

    socket.getInputStream().skipNBytes(STREAM_HEAD.length() + total);

    connection.writable.get(30, SECONDS);
    assertThat(connection.is(NettyConnection::isWritable)).isTrue();
    assertThat(connection.ask(NettyConnection::progress)).isGreaterThan(mark);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void noticesAnEndWithoutGoodbye(String transport) throws Exception {
    bed.start(transport);
    Socket wire = bed.wire();
    bed.connect(wire, STREAM);
    ConnectionBed.Taken connection = bed.take();

    wire.close();

    connection.closed.get(30, SECONDS);
  }

  /** It may wait for ours before it closes its end (RFC 5246 §7.2.1). */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void takesAGoodbyeOfTlsForLeaving(String version) throws Exception {
    bed.start("epoll-tls");
    Socket wire = bed.wire();
    bed.closeLater(wire);
    SSLSocket socket =
        (SSLSocket)
            certificate
                .trusting()
                .getSocketFactory()
                .createSocket(wire, "127.0.0.1", bed.server().actualPort(), false);
    socket.setEnabledProtocols(new String[] {version});
    socket.getOutputStream().write(STREAM.getBytes(ISO_8859_1));
    ConnectionBed.Taken connection = bed.take();
    assertThat(ConnectionBed.read(socket, STREAM_HEAD.length())).isEqualTo(STREAM_HEAD);

    socket.shutdownOutput();

    connection.closed.get(30, SECONDS);
    assertThat(wire.isClosed()).isFalse();
    assertThat(ConnectionBed.readToEnd(socket)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void abortsAtOnceAlthoughTheSocketTakesNothing(String transport) throws Exception {
    bed.start(transport);
    Socket socket = bed.connect(STREAM);
    ConnectionBed.Taken connection = bed.take();
    connection.ask(c -> ConnectionBed.fill(c, Unpooled.wrappedBuffer(new byte[64 << 10])));

    connection.run(NettyConnection::abort);

    connection.closed.get(30, SECONDS);
    assertThatThrownBy(() -> ConnectionBed.readToEnd(socket)).isInstanceOf(IOException.class);
  }

  /** A client whose kernel drops whatever comes, as if its cable had been cut. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "epoll-tls"})
  @Proves("BEAT-3")
  void tellsAPeerThatVanishedFromOneThatDoesNotRead(String transport) throws Exception {
    bed.start(transport);
    Socket stopped = bed.connect(STREAM);
    ConnectionBed.Taken reading = bed.take();
    ByteBuf chunk = Unpooled.wrappedBuffer(new byte[64 << 10]);
    reading.ask(c -> ConnectionBed.fill(c, chunk));
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    bed.closeLater(() -> group.shutdownGracefully(0, 1, SECONDS).await());
    Channel client =
        new Bootstrap()
            .group(group)
            .channel(EpollSocketChannel.class)
            .handler(bed.isTls() ? overTls() : new ChannelInboundHandlerAdapter())
            .connect("127.0.0.1", bed.server().actualPort())
            .sync()
            .channel();
    client.writeAndFlush(ConnectionBed.bytes(STREAM)).sync();
    ConnectionBed.Taken vanished = bed.take();
    dropWhatComes(client);

    vanished.run(
        c -> {
          c.write(ConnectionBed.bytes(":\n"));
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

  /** A peer acknowledges a while later, and the look may come between. */
  @ParameterizedTest
  @ValueSource(strings = {"epoll", "epoll-tls"})
  @Proves("BEAT-3")
  void takesNoPeerForVanishedToWhichSomethingWasSentJustNowAfterASilence(String transport)
      throws Exception {
    bed.start(transport);
    Socket socket = bed.connect(STREAM);
    ConnectionBed.Taken quiet = bed.take();

    for (int looks = 0; looks < 40; looks++) {
      quiet.later(40);
      quiet.run(
          c -> {
            c.write(ConnectionBed.bytes(":\n"));
            c.flush();
            assertThat(c.isVanished(20)).isFalse();
          });
    }

    assertThat(socket.isClosed()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void finishesAlthoughUnreadBytesOfTheClientCame(String transport) throws Exception {
    bed.start(transport);
    Socket socket = bed.connect(UPGRADE);
    ConnectionBed.Taken connection = bed.take();
    connection.run(c -> c.reading(false));
    socket.getOutputStream().write(new byte[100_000]);

    connection.run(c -> c.finish(ConnectionBed.bytes("goodbye")));

    assertThat(ConnectionBed.readToEnd(socket)).endsWith("goodbye");
    socket.close();
    connection.closed.get(30, SECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void closesAfterAWhileIfThePeerNeverDoes(String transport) throws Exception {
    bed.start(transport);
    bed.connect(STREAM);
    ConnectionBed.Taken connection = bed.take();

    connection.run(c -> c.finish(ConnectionBed.bytes("0\r\n\r\n")));

    connection.closed.get(NettyConnection.LINGER_MS * 10L, MILLISECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void isClosedWhenTheServerCloses(String transport) throws Exception {
    bed.start(transport);
    bed.connect(STREAM);
    ConnectionBed.Taken connection = bed.take();

    bed.server().close().toCompletionStage().toCompletableFuture().get(30, SECONDS);

    connection.closed.get(30, SECONDS);
  }

  private static SslHandler overTls() {
    SSLEngine engine = certificate.trusting().createSSLEngine();
    engine.setUseClientMode(true);
    return new SslHandler(engine);
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
}
