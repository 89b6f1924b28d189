package io.sluice.cli.client;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where a subscription stands: what it resumes from, kept across connections. */
final class Progress {

  private final Observer observer;
  private final List<String> channels;
  private final Map<String, String> parts = new LinkedHashMap<>();
  private Start start;

  /**
   * @param channels asked for by name; the transport that tells parts apart tells one for each
   */
  Progress(Start start, List<String> channels, Observer observer) {
    this.start = start;
    this.channels = List.copyOf(channels);
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

  /** Whether a part is known for every channel that was asked for. */
  boolean isWhole() {
    return parts.keySet().containsAll(channels);
  }

  /**
   * What another subscription would go on from, or empty if that is not known yet: a channel that a
   * cursor lacks would start at its head (CUR-2).
   */
  String cursor() {
    if (!parts.isEmpty()) {
      // CUR-1: parts are joined by a point.
      return isWhole() ? String.join(".", parts.values()) : "";
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
