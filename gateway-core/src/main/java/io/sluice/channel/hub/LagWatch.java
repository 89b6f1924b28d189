package io.sluice.channel.hub;

import io.sluice.channel.Loop;
import java.util.Collection;

/**
 * How many events the reader of a loop that is furthest behind still has to take, looked at once a
 * second while any reader is behind. Belongs to the loop, but for the question.
 */
final class LagWatch {

  private static final long PERIOD_MS = 1_000;

  private final Loop loop;
  private final Collection<LoopChannel> channels;
  private volatile long events;
  private boolean watching;

  /**
   * @param channels those of the loop, now and later
   */
  LagWatch(Loop loop, Collection<LoopChannel> channels) {
    this.loop = loop;
    this.channels = channels;
  }

  /** A reader is not at the head. Cheap when that is known. */
  void watch() {
    if (!watching) {
      watching = true;
      loop.after(PERIOD_MS, this::look);
    }
  }

  private void look() {
    watching = false;
    long most = 0;
    boolean any = false;
    for (LoopChannel channel : channels) {
      if (channel.hasReadersBehind()) {
        any = true;
        most = Math.max(most, channel.lagEvents());
      }
    }
    events = most;
    if (any) {
      watch();
    }
  }

  /** What was found at the last look. Any thread may ask. */
  long events() {
    return events;
  }
}
