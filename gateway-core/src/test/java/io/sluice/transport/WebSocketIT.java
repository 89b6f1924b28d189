package io.sluice.transport;

import static io.sluice.transport.PushBed.ROOM;
import static io.sluice.transport.RawWebSocket.connected;
import static io.sluice.transport.RawWebSocket.read;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.TestCertificate;
import java.io.DataInputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
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
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets over real sockets and a real hub, in the clear and over TLS. */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
class WebSocketIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @Parameter private boolean tls;

  private PushBed bed;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  @BeforeEach
  void start() throws Exception {
    bed = new PushBed(RawWebSocket.route(), tls ? certificate : null);
  }

  @AfterEach
  void leavesNothingBehind() throws Exception {
    bed.close();
  }

  @Test
  @Proves({"WS-2", "WS-6", "NEG-1", "NEG-6"})
  void acceptsAndSendsExactlyTheseBytes() throws Exception {
    Socket socket = connected(bed, bed.wire());

    bed.publish(ROOM, "hello");
    bed.publish(ROOM, "x".repeat(200));

    assertThat(read(socket, 7)).isEqualTo("\u0081\u0005hello");
    assertThat(read(socket, 204)).isEqualTo("\u0081~\u0000\u00c8" + "x".repeat(200));
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "reset", "half close", "in a frame", "without goodbye"})
  @Proves("BEAT-5")
  void freesTheReaderWhenTheClientLeaves(String how) throws Exception {
    Socket wire = bed.wire();
    Socket socket = connected(bed, wire);

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

    bed.awaitReaders(0);
    assertThat(bed.admission.open()).isZero();
  }

  @Test
  @Proves({"BEAT-4", "STA-4"})
  void catchesUpInOrderAfterTheClientStoppedReading() throws Exception {
    Socket socket = connected(bed, bed.wire());
    int count = 10_000;
    String filler = "x".repeat(1000);

    bed.publish(ROOM, count, i -> i + " " + filler);
    bed.settle();
    assertThat(bed.bytesPending()).isLessThan(100_000);

    DataInputStream frames = new DataInputStream(socket.getInputStream());
    for (int i = 0; i < count; i++) {
      assertThat(frames.readUnsignedByte()).isEqualTo(0x81);
      assertThat(frames.readUnsignedByte()).isEqualTo(126);
      assertThat(new String(frames.readNBytes(frames.readUnsignedShort()), UTF_8))
          .isEqualTo(i + " " + filler);
    }
    bed.publish(ROOM, "live again");
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
                URI.create((tls ? "wss" : "ws") + "://127.0.0.1:" + bed.port() + "/room"),
                new Heard(heard))
            .get(30, SECONDS);
    assertThat(heard.poll(30, SECONDS)).startsWith("{\"op\":\"hello\"");
    bed.awaitReaders(1);

    socket.sendText("{\"op\":", false).get(30, SECONDS);
    socket.sendPing(ByteBuffer.wrap("p".getBytes(UTF_8))).get(30, SECONDS);
    socket.sendText("\"ping\"}", true).get(30, SECONDS);
    assertThat(heard.poll(30, SECONDS)).isEqualTo("pong p");
    assertThat(heard.poll(30, SECONDS)).isEqualTo("{\"op\":\"pong\"}");
    bed.publish(ROOM, "hello");
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
