package io.sluice.transport;

import static io.sluice.transport.PushBed.ROOM;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Route;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;

/** A WebSocket client of a {@link PushBed} that shows every byte. */
final class RawWebSocket {

  static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  /** The handshake of RFC 6455 §1.3, without the line that ends it. */
  static final String HANDSHAKE =
      "GET /room HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
          + KEY
          + "\r\n";

  static final String ACCEPTED =
      String.join(
          "\r\n",
          "HTTP/1.1 101 Switching Protocols",
          "Vary: Accept, Prefer, Origin",
          "Upgrade: websocket",
          "Connection: Upgrade",
          "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
          "",
          "");

  private RawWebSocket() {}

  /** A route whose channel keeps more than sockets hold. No beat comes among the frames. */
  static Route.Push route() {
    Route.Push usual = PushBed.route();
    return new Route.Push(
        ROOM,
        usual.select(),
        usual.transports(),
        usual.origins(),
        usual.heartbeat(),
        usual.retryMin(),
        usual.retryMax(),
        usual.poll(),
        new Route.History(20_000, 64 << 20, Duration.ofMinutes(2)),
        usual.compression());
  }

  static Socket connect(PushBed bed, String request) throws IOException {
    return connect(bed, bed.wire(), request.getBytes(ISO_8859_1));
  }

  static Socket connect(PushBed bed, Socket wire, byte[] request) throws IOException {
    Socket socket = bed.over(wire);
    socket.getOutputStream().write(request);
    return socket;
  }

  /** One that has been accepted and waits at the head of the channel. */
  static Socket connected(PushBed bed, Socket wire) throws Exception {
    Socket socket = connect(bed, wire, (HANDSHAKE + "\r\n").getBytes(ISO_8859_1));
    assertThat(read(socket, ACCEPTED.length())).isEqualTo(ACCEPTED);
    bed.awaitReaders(1);
    return socket;
  }

  static String read(Socket socket, int count) throws IOException {
    return new String(socket.getInputStream().readNBytes(count), ISO_8859_1);
  }

  static String readToEnd(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    socket.getInputStream().transferTo(all);
    return all.toString(ISO_8859_1);
  }

  static String closeFrame(int code, String reason) {
    return "\u0088"
        + (char) (reason.length() + 2)
        + (char) (code >> 8)
        + (char) (code & 0xff)
        + reason;
  }
}
