package io.sluice.cli.client;

import io.vertx.core.json.JsonObject;
import java.time.Duration;

/** Sees what a subscription reads; called on the thread that reads. */
public interface Observer {

  /** An event or a gap in the JSON form ({@code docs/protocol.md} §6); returns whether to go on. */
  boolean onEntry(JsonObject entry);

  /** The connection stands, or stands again; an empty cursor is not known yet. */
  void onOpen(String cursor);

  /** The connection is gone; the next try follows after the pause. */
  void onTrouble(String reason, Duration pause);
}
