package io.sluice.publish;

import io.sluice.channel.Loop;
import org.jspecify.annotations.Nullable;

/**
 * The times by which the bodies under way have to be there. All may take equally long, so that the
 * one that began first is due first, and one timer does for all. Belongs to one loop.
 */
final class BodyDeadlines {

  private final Loop loop;
  private final long timeoutMs;
  private @Nullable Deadline first;
  private @Nullable Deadline last;
  private boolean watching;

  BodyDeadlines(Loop loop, long timeoutMs) {
    this.loop = loop;
    this.timeoutMs = timeoutMs;
  }

  /** One body's. */
  final class Deadline {
    private final Runnable late;
    private final long atMs = loop.nowMs() + timeoutMs;
    private @Nullable Deadline before;
    private @Nullable Deadline after;
    private boolean over;

    private Deadline(Runnable late) {
      this.late = late;
    }

    /** The body is there, or nobody waits for it any more. Idempotent. */
    void cancel() {
      if (over) {
        return;
      }
      over = true;
      if (before == null) {
        first = after;
      } else {
        before.after = after;
      }
      if (after == null) {
        last = before;
      } else {
        after.before = before;
      }
      before = null;
      after = null;
    }
  }

  /** A body begins; if it takes too long, the task is run. */
  Deadline begin(Runnable late) {
    Deadline begun = new Deadline(late);
    begun.before = last;
    if (last == null) {
      first = begun;
    } else {
      last.after = begun;
    }
    last = begun;
    watch(timeoutMs);
    return begun;
  }

  private void watch(long delayMs) {
    if (!watching) {
      watching = true;
      loop.after(delayMs, this::look);
    }
  }

  private void look() {
    watching = false;
    long now = loop.nowMs();
    while (first != null && first.atMs <= now) {
      Deadline due = first;
      due.cancel();
      due.late.run();
    }
    if (first != null) {
      watch(first.atMs - now);
    }
  }
}
