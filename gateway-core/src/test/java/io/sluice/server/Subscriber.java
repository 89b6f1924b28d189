package io.sluice.server;

import io.sluice.config.Transport;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A client that reads one channel over one transport with bare sockets, and resumes by cursor. */
interface Subscriber extends AutoCloseable {

  /** What a client is told. */
  sealed interface Told {
    /** An event with the text of its data, and the cursor after it. */
    record Event(String data, String cursor) implements Told {}

    /** A gap and the cursor that goes on behind it. */
    record Gap(String reason, String cursor) implements Told {}

    /** The end, with the gateway's reason. */
    record End(String reason) implements Told {}

    /** An entry of polls and of {@code sluice.v1.json}. */
    static Told of(JsonObject entry) {
      String cursor = entry.getString("cursor");
      return entry.containsKey("gap")
          ? new Gap(entry.getString("gap"), cursor)
          : new Event(entry.getString("data"), cursor);
    }
  }

  /** What comes next; waits for it, and fails after 20 s. */
  Told next() throws Exception;

  /** The cursor to come back with. */
  String cursor();

  @Override
  void close() throws IOException;

  /** Opens one at the head or after a cursor. {@code path} has no query. */
  static Subscriber open(Transport transport, int port, String path, @Nullable String cursor)
      throws Exception {
    return open(transport, size -> RawClient.connect(port, size), path, cursor);
  }

  /** The same over a connection of the caller's making. */
  static Subscriber open(Transport transport, Dial dial, String path, @Nullable String cursor)
      throws Exception {
    String target = cursor == null ? path : path + "?since=" + cursor;
    return switch (transport) {
      case SSE -> new SseSubscriber(dial.connect(SMALL_BUFFER), path, cursor);
      case WEBSOCKET -> new WebSocketSubscriber(dial.connect(SMALL_BUFFER), target);
      case LONG_POLL -> new PollSubscriber(dial.connect(0), path, cursor, 20);
      case POLL -> new PollSubscriber(dial.connect(0), path, cursor, 0);
    };
  }

  /** Makes a connection to a gateway. */
  @FunctionalInterface
  interface Dial {
    /** One with a receive buffer of so many bytes; 0 for the usual. */
    RawClient connect(int receiveBufferBytes) throws IOException;
  }

  /** Small, so that a client that stops reading is felt soon. */
  int SMALL_BUFFER = 16 << 10;
}
