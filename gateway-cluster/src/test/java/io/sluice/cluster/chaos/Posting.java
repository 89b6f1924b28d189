package io.sluice.cluster.chaos;

import io.sluice.channel.Position;
import io.vertx.core.json.JsonObject;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;

/** One connection by which an app publishes to one node, one event after the other. */
final class Posting implements Closeable {

  private final Http http;
  private boolean over;

  /**
   * Connects.
   *
   * @param silenceMs how long an answer may not come
   * @throws NotSentException if there is no connection
   */
  Posting(InetSocketAddress node, int silenceMs) throws NotSentException {
    try {
      http = new Http(node, silenceMs, () -> false);
    } catch (IOException e) {
      throw new NotSentException(e);
    }
  }

  /**
   * The position of the event; null if it surely was not taken.
   *
   * @throws Standing.MalformedException if the answer is none that a gateway gives
   * @throws IOException if it is not known
   */
  Position send(String channel, String id, String data) throws IOException {
    Http.Answer answer =
        http.post(
            "/channels/" + channel + "/events",
            "Content-Type: text/plain\r\nIdempotency-Key: " + id + "\r\n",
            data);
    JsonObject json = Transport.json(answer.text());
    over = answer.last();
    if (answer.status() == 200) {
      return Standing.position(channel, json.getString("cursor", ""));
    }
    if (answer.status() != 503) {
      throw new Standing.MalformedException(answer.status() + " " + json.encode());
    }
    String slug = json.getString("slug", "");
    if (slug.equals("draining") || slug.equals("overloaded")) {
      return null; // PUB-13: nothing of it was appended.
    }
    throw new IOException("503 " + json.encode());
  }

  /** Whether the node takes no more by this connection. */
  boolean isOver() {
    return over;
  }

  @Override
  public void close() throws IOException {
    http.close();
  }

  /** There was no connection. */
  static final class NotSentException extends IOException {
    private static final long serialVersionUID = 1;

    NotSentException(IOException cause) {
      super(cause);
    }
  }
}
