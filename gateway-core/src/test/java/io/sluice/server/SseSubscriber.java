package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads an event stream as HTML §9.2.6 says, out of chunked coding. */
final class SseSubscriber implements Subscriber {

  private final RawClient client;
  private String cursor = "";
  private int chunkLeft;

  SseSubscriber(RawClient client, String path, @Nullable String cursor) throws IOException {
    this.client = client;
    client.request(
        "GET " + path + " HTTP/1.1",
        "Host: gateway",
        "Accept: text/event-stream",
        cursor == null ? "X-No-Cursor: 1" : "Last-Event-ID: " + cursor);
    assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    Block open = block();
    assertThat(open.name).isEqualTo("sluice.open");
  }

  private record Block(String name, String data) {}

  @Override
  public Told next() throws IOException {
    Block block = block();
    return switch (block.name) {
      case "sluice.gap" -> new Told.Gap(new JsonObject(block.data).getString("gap"), cursor);
      case "sluice.close" -> new Told.End(new JsonObject(block.data).getString("reason"));
      default -> new Told.Event(block.data, cursor);
    };
  }

  @Override
  public String cursor() {
    return cursor;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  private Block block() throws IOException {
    String name = "message";
    List<String> data = new ArrayList<>();
    while (true) {
      String line = line();
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1).stripLeading();
      switch (field) {
        case "event" -> name = value;
        case "data" -> data.add(value);
        case "id" -> cursor = value;
        default -> {} // a comment is a heartbeat, retry is for those who come back
      }
      if (line.isEmpty() && !data.isEmpty()) {
        return new Block(name, String.join("\n", data));
      }
    }
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = body(); b != '\n'; b = body()) {
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /** RFC 9112 §7.1. */
  private int body() throws IOException {
    if (chunkLeft == 0) {
      chunkLeft = Integer.parseInt(client.readUntil("\r\n").strip(), 16);
      if (chunkLeft == 0) {
        throw new IOException("the stream ended without a reason");
      }
    }
    int b = client.read();
    chunkLeft--;
    if (chunkLeft == 0) {
      assertThat(client.readUntil("\r\n")).isEqualTo("\r\n");
    }
    return b;
  }
}
