package io.sluice.cluster.chaos;

import io.sluice.cluster.chaos.Standing.MalformedException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Reads one WebSocket with {@code sluice.v1.json}; further channels are subscribed to. */
final class WebSocketReading {

  private static final int TEXT = 1;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;

  private final Http http;
  private final Standing standing;
  private int awaited;

  WebSocketReading(Http http, Standing standing) {
    this.http = http;
    this.standing = standing;
    this.awaited = standing.channels.size() - 1;
  }

  void read() throws IOException {
    String part = standing.part(standing.channels.get(0));
    Http.Answer answer =
        http.get(
            "/events/" + standing.channels.get(0) + (part == null ? "" : "?since=" + part),
            """
            Connection: Upgrade\r
            Upgrade: websocket\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            Sec-WebSocket-Protocol: sluice.v1.json\r
            """);
    if (Transport.accepted(answer).status() != 101) {
      throw new MalformedException("no WebSocket: " + answer.status());
    }
    while (true) {
      frame();
    }
  }

  private void frame() throws IOException {
    int first = Http.exactly(http.in, 1)[0] & 0xff;
    int length = Http.exactly(http.in, 1)[0] & 0xff;
    if (length == 127 || (first & FINAL) == 0) {
      throw new MalformedException("a long or fragmented message");
    }
    if (length == 126) {
      byte[] bytes = Http.exactly(http.in, 2);
      length = (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
    }
    byte[] payload = Http.exactly(http.in, length);
    switch (first & 0x0f) {
      case TEXT -> message(Transport.json(new String(payload, StandardCharsets.UTF_8)));
      case PING -> send(PONG, payload);
      case CLOSE -> throw new IOException("closed " + closeWords(payload));
      default -> throw new MalformedException("opcode " + (first & 0x0f));
    }
  }

  private static String closeWords(byte[] payload) {
    return payload.length < 2
        ? "without a code"
        : ((payload[0] & 0xff) << 8 | (payload[1] & 0xff))
            + " "
            + new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
  }

  private void message(JsonObject message) throws IOException {
    String op = message.getString("op");
    if (op == null) {
      standing.entry(message);
      return;
    }
    switch (op) {
      case "hello" -> hello(message);
      case "subscribed" -> {
        standing.stood(message.getString("cursor"));
        openedIfAll(awaited - 1);
      }
      case "error" -> error(message);
      default -> {
        // A beat.
      }
    }
  }

  private void hello(JsonObject hello) throws IOException {
    standing.stood(hello.getString("cursor"));
    for (String channel : standing.channels.subList(1, standing.channels.size())) {
      JsonObject subscribe = new JsonObject().put("op", "subscribe").put("channel", channel);
      String part = standing.part(channel);
      send(TEXT, utf8(part == null ? subscribe : subscribe.put("since", part)));
    }
    openedIfAll(awaited);
  }

  private void openedIfAll(int left) {
    awaited = left;
    if (left == 0) {
      standing.opened();
    }
  }

  /** A channel that cannot be read now: the client comes back elsewhere. */
  private static void error(JsonObject error) throws IOException {
    switch (error.getString("error", "")) {
      case "unavailable", "overloaded", "draining" -> throw new IOException(error.encode());
      default -> throw new MalformedException(error.encode());
    }
  }

  private static byte[] utf8(JsonObject json) {
    return json.encode().getBytes(StandardCharsets.UTF_8);
  }

  /** A masked frame; the mask is zero. */
  private void send(int opcode, byte[] payload) throws IOException {
    boolean small = payload.length < 126;
    int head = small ? 6 : 8;
    byte[] frame = new byte[head + payload.length];
    frame[0] = (byte) (FINAL | opcode);
    frame[1] = (byte) (MASKED | (small ? payload.length : 126));
    if (!small) {
      frame[2] = (byte) (payload.length >>> 8);
      frame[3] = (byte) payload.length;
    }
    System.arraycopy(payload, 0, frame, head, payload.length);
    http.write(frame);
  }
}
