package io.sluice.transport;

import static io.sluice.transport.RawWebSocket.ACCEPTED;
import static io.sluice.transport.RawWebSocket.HANDSHAKE;
import static io.sluice.transport.RawWebSocket.KEY;
import static io.sluice.transport.RawWebSocket.closeFrame;
import static io.sluice.transport.RawWebSocket.connect;
import static io.sluice.transport.RawWebSocket.connected;
import static io.sluice.transport.RawWebSocket.read;
import static io.sluice.transport.RawWebSocket.readToEnd;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.TestCertificate;
import io.sluice.http.CloseReason;
import java.io.DataInputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
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

/** How WebSockets begin over real sockets, in the clear and over TLS: taken, refused, sent away. */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
class WebSocketHandshakeIT {

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
  @Proves({"WS-2", "WS-9"})
  void choosesOurSubprotocolAmongThoseOffered() throws Exception {
    Socket socket =
        connect(
            bed,
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
    Socket socket = connect(bed, (HANDSHAKE + "\r\n").replace(instead, of));

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
    for (int i = 0; i < PushBed.MAX_CONNECTIONS; i++) {
      bed.admission.enter();
    }

    String answer = readToEnd(connect(bed, HANDSHAKE + "\r\n"));

    assertThat(answer).isEqualTo(ACCEPTED + closeFrame(1013, "overloaded"));
    for (int i = 0; i < PushBed.MAX_CONNECTIONS; i++) {
      bed.admission.leave();
    }
  }

  @Test
  @Proves({"WS-16", "REF-2", "REF-3"})
  void closesTheOpenAndTheNewWhenDraining() throws Exception {
    Socket socket = connected(bed, bed.wire());

    bed.admission.drain();
    bed.closeAll(CloseReason.DRAINING);

    assertThat(readToEnd(socket)).isEqualTo(closeFrame(1012, "draining"));
    assertThat(readToEnd(connect(bed, HANDSHAKE + "\r\n")))
        .isEqualTo(ACCEPTED + closeFrame(1012, "draining"));
  }

  @Test
  void takesFramesThatCameWithTheHandshake() throws Exception {
    Socket socket =
        connect(
            bed,
            bed.wire(),
            ClientFrames.join(
                (HANDSHAKE + "\r\n").getBytes(ISO_8859_1),
                ClientFrames.ping("early"),
                ClientFrames.close(1000, "")));

    assertThat(readToEnd(socket)).isEqualTo(ACCEPTED + "\u008a\u0005early" + closeFrame(1000, ""));
  }
}
