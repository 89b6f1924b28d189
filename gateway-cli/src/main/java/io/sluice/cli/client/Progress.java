package io.sluice.cli.client;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where a subscription stands: what it resumes from, kept across connections. */
final class Progress {

  private final Observer observer;
  private final Map<String, String> parts = new LinkedHashMap<>();
  private Start start;

  Progress(Start start, Observer observer) {
    this.start = start;
    this.observer = observer;
  }

  /** Where the next connection starts. */
  Start start() {
    return start;
  }

  /** Where the next connection starts in one channel; for the transport that tells them apart. */
  Start start(String channel) {
    String part = parts.get(channel);
    return part == null ? start : new Start.Since(part);
  }

  /** What another subscription would go on from, or empty if nothing was heard yet. */
  String cursor() {
    // CUR-1: parts are joined by a point.
    if (!parts.isEmpty()) {
      return String.join(".", parts.values());
    }
    return start instanceof Start.Since since ? since.cursor() : "";
  }

  /** The connection stands. */
  void onOpen() {
    observer.onOpen(cursor());
  }

  /** All channels stand here. */
  void moveTo(String cursor) {
    start = new Start.Since(cursor);
  }

  /** One channel stands here. */
  void moveTo(String channel, String part) {
    parts.put(channel, part);
  }

  /** An event or a gap, after the move that it makes; false for enough. */
  boolean entry(JsonObject entry) {
    return observer.onEntry(entry);
  }
}
