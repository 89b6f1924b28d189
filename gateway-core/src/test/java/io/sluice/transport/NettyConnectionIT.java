package io.sluice.transport;

import static io.sluice.transport.ConnectionBed.STREAM;
import static io.sluice.transport.ConnectionBed.STREAM_HEAD;
import static io.sluice.transport.ConnectionBed.UPGRADE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.HOURS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.TestCertificate;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections taken over from a real Vert.x server, by raw sockets, on both transports. */
class NettyConnectionIT {

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
  void writesTheHeadAndThenBytesAsTheyAre(String transport) throws Exception {
    bed.start(transport);
    Socket socket = bed.connect(STREAM);
    ConnectionBed.Taken connection = bed.take();

    connection.run(
        c -> {
          c.write(ConnectionBed.bytes("3\r\nabc\r\n"));
          c.flush();
        });

    String expected = STREAM_HEAD + "3\r\nabc\r\n";
    assertThat(ConnectionBed.read(socket, expected.length())).isEqualTo(expected);
    assertThat(connection.is(NettyConnection::isChunked)).isTrue();
    assertThat(connection.ask(NettyConnection::bytesWritten)).isEqualTo(expected.length());
    assertThat(connection.ask(NettyConnection::bytesPending)).isZero();
    assertThat(connection.ask(NettyConnection::remote))
        .isEqualTo("127.0.0.1:" + socket.getLocalPort());
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void leavesNothingOfVertxOnThePipeline(String transport) throws Exception {
    bed.start(transport);
    bed.connect(STREAM);

    List<String> names = bed.take().ask(c -> c.channel().pipeline().names());

    List<String> ours = new ArrayList<>(names);
    assertThat(ours.remove("ssl")).isEqualTo(bed.isTls());
    assertThat(ours.remove(SentBytes.class.getSimpleName())).isEqualTo(bed.isTls());
    assertThat(ours).hasSize(2).first().isEqualTo(NettyConnection.NAME);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void delimitsByCloseForHttp10(String transport) throws Exception {
    bed.start(transport);
    Socket socket = bed.connect("GET /stream HTTP/1.0\r\n\r\n");
    ConnectionBed.Taken connection = bed.take();

    connection.run(c -> c.finish(ConnectionBed.bytes("the end")));

    assertThat(connection.is(NettyConnection::isChunked)).isFalse();
    assertThat(ConnectionBed.readToEnd(socket))
        .isEqualTo("HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\nthe end");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void keepsBytesThatCameWithTheRequest(String transport) throws Exception {
    bed.start(transport);
    Socket socket = bed.connect(UPGRADE + "early");
    ConnectionBed.Taken connection = bed.take();
    socket.getOutputStream().write(" and late".getBytes(ISO_8859_1));

    assertThat(connection.next("early and late".length())).isEqualTo("early and late");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void takesOverAfterEarlierRequestsOfAKeptConnection(String transport) throws Exception {
    bed.start(transport);
    Socket socket = bed.connect("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n");
    String plain = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nplain";
    assertThat(ConnectionBed.read(socket, plain.length())).isEqualTo(plain);

    socket.getOutputStream().write(STREAM.getBytes(ISO_8859_1));
    bed.take().run(c -> c.finish(ConnectionBed.bytes("0\r\n\r\n")));

    assertThat(ConnectionBed.readToEnd(socket)).isEqualTo(STREAM_HEAD + "0\r\n\r\n");
  }

  /** The leak detector of the tests would tell the buffers that Vert.x had put aside. */
  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void dropsWhatWasPipelinedBehindIt(String transport) throws Exception {
    bed.start(transport);
    String post =
        "POST /plain HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n" + "p".repeat(2000);
    Socket socket = bed.connect("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n" + STREAM + post.repeat(12));
    ConnectionBed.Taken connection = bed.take();

    connection.run(c -> c.finish(ConnectionBed.bytes("0\r\n\r\n")));

    assertThat(ConnectionBed.readToEnd(socket))
        .isEqualTo("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nslow" + STREAM_HEAD + "0\r\n\r\n");
    socket.close();
    connection.closed.get(30, SECONDS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void leavesNothingBehindAfterManyConnections(String transport) throws Exception {
    bed.start(transport);
    for (int i = 0; i < (bed.isTls() ? 60 : 300); i++) {
      Socket socket = bed.connect(i % 2 == 0 ? STREAM : UPGRADE + "early");
      ConnectionBed.Taken connection = bed.take();
      if (i % 3 == 0) {
        connection.run(c -> c.finish(ConnectionBed.bytes("0\r\n\r\n")));
      } else if (i % 3 == 1) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
      connection.closed.get(30, SECONDS);
    }

    // With no connection left, a graceful shutdown has nothing to wait for.
    bed.server().shutdown(1, HOURS).toCompletionStage().toCompletableFuture().get(30, SECONDS);
    assertThat(bed.allTaken()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll", "epoll-tls"})
  void passesItsOwnCheck(String transport) throws Exception {
    bed.start(transport);

    TakeoverCheck.run(bed.vertx()).toCompletionStage().toCompletableFuture().get(30, SECONDS);
  }
}
