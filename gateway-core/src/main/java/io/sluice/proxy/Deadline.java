package io.sluice.proxy;

import io.sluice.channel.Loop;
import org.jspecify.annotations.Nullable;

/**
 * Says when something has taken too long. Progress costs one assignment: the one timer behind it
 * looks, when it fires, how long the last progress is ago. Belongs to one loop.
 */
final class Deadline {

  private final Loop loop;
  private final Runnable late;
  private Loop.@Nullable Timer timer;
  private long limitMs;
  private long sinceMs;
  private long firesMs;

  Deadline(Loop loop, Runnable late) {
    this.loop = loop;
    this.late = late;
  }

  /** Measures anew, with this limit. */
  void start(long limitMs) {
    this.limitMs = limitMs;
    this.sinceMs = loop.nowMs();
    if (timer != null && firesMs <= sinceMs + limitMs) {
      return;
    }
    stop();
    arm(limitMs);
  }

  /** Something went on. */
  void touch() {
    sinceMs = loop.nowMs();
  }

  void stop() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void arm(long delayMs) {
    firesMs = loop.nowMs() + delayMs;
    timer = loop.after(delayMs, this::look);
  }

  private void look() {
    timer = null;
    long leftMs = sinceMs + limitMs - loop.nowMs();
    if (leftMs > 0) {
      arm(leftMs);
    } else {
      late.run();
    }
  }
}
