package io.sluice.cli.client;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/** Reads the gateway's JSON. */
final class Json {

  private Json() {}

  /**
   * A JSON object.
   *
   * @throws Inbox.Ended if it is none: then this is no Sluice, or not its protocol
   */
  static JsonObject object(String text) throws Inbox.Ended {
    try {
      return new JsonObject(text);
    } catch (DecodeException e) {
      throw new Inbox.Ended("not the JSON form of an event: is this a push route?");
    }
  }

  /** How long silence may last: two heartbeats and some seconds for the network. */
  static Duration patience(JsonObject opening) {
    long heartbeatMs = opening.getLong("heartbeat", 25_000L);
    return Duration.ofMillis(2 * heartbeatMs + 5_000);
  }
}
