package io.sluice.cli.client;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads the gateway's JSON, and what comes in its place from something else. */
public final class Json {

  private Json() {}

  /** The JSON object that a text is; null if it is none. */
  public static @Nullable JsonObject parsed(String text) {
    try {
      return new JsonObject(text);
    } catch (DecodeException | ClassCastException notJson) {
      return null;
    }
  }

  /**
   * A JSON object.
   *
   * @throws Inbox.Ended if it is none: then this is no Sluice, or not its protocol
   */
  static JsonObject object(String text) throws Inbox.Ended {
    JsonObject json = parsed(text);
    if (json == null) {
      throw new Inbox.Ended("not the JSON form of an event: is this a push route?");
    }
    return json;
  }

  /** How long silence may last: two heartbeats and some seconds for the network. */
  static Duration patience(JsonObject opening) {
    long heartbeatMs = opening.getLong("heartbeat", 25_000L);
    return Duration.ofMillis(2 * heartbeatMs + 5_000);
  }
}
