package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Speaks {@code sluice.v1.json} frame by frame (RFC 6455 §5). */
final class WebSocketSubscriber implements Subscriber {

  private static final int TEXT = 0x1;
  private static final int CLOSE = 0x8;
  private static final int PING = 0x9;

  private final RawClient client;
  private String cursor;

  /** A close frame that came instead of the greeting. */
  private @Nullable JsonObject ended;

  WebSocketSubscriber(RawClient client, String target) throws IOException {
    this.client = client;
    client.request(handshake(target, "sluice.v1.json"));
    assertThat(client.readUntil("\r\n\r\n"))
        .startsWith("HTTP/1.1 101 ")
        .containsIgnoringCase("sec-websocket-protocol: sluice.v1.json");
    JsonObject hello = message();
    if (hello.containsKey("closed")) {
      ended = hello;
      cursor = "";
    } else {
      assertThat(hello.getString("op")).isEqualTo("hello");
      cursor = hello.getString("cursor");
    }
  }

  static String[] handshake(String target, String protocol) {
    return new String[] {
      "GET " + target + " HTTP/1.1",
      "Host: gateway",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Protocol: " + protocol
    };
  }

  @Override
  public Told next() throws IOException {
    while (true) {
      JsonObject message = ended == null ? message() : ended;
      if (message.containsKey("closed")) {
        return new Told.End(message.getInteger("closed") + " " + message.getString("reason"));
      }
      if (!message.containsKey("op")) {
        cursor = message.getString("cursor");
        return Told.of(message);
      }
    }
  }

  @Override
  public String cursor() {
    return cursor;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  /** The next message; a close frame as {@code {closed, reason}}. */
  private JsonObject message() throws IOException {
    while (true) {
      int first = client.read(1)[0];
      byte[] payload = client.read(length(client.read(1)[0]));
      switch (first & 0xf) {
        case TEXT -> {
          return new JsonObject(new String(payload, StandardCharsets.UTF_8));
        }
        case CLOSE -> {
          ByteBuffer close = ByteBuffer.wrap(payload);
          return new JsonObject()
              .put("closed", (int) close.getShort())
              .put("reason", StandardCharsets.UTF_8.decode(close).toString());
        }
        case PING -> pong(payload);
        default -> throw new IOException("unexpected frame " + first);
      }
    }
  }

  private int length(int second) throws IOException {
    return switch (second) {
      case 126 -> ByteBuffer.wrap(client.read(2)).getShort() & 0xffff;
      case 127 -> Math.toIntExact(ByteBuffer.wrap(client.read(8)).getLong());
      default -> second;
    };
  }

  /** Masked with zeros, which leave the payload as it is. */
  private void pong(byte[] payload) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(6 + payload.length);
    client.send(
        frame.put((byte) 0x8a).put((byte) (0x80 | payload.length)).putInt(0).put(payload).array());
  }
}
