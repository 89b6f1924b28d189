package io.sluice.http;

import io.sluice.channel.Loop;
import org.jspecify.annotations.Nullable;

/**
 * Times that all end equally long after their begin, such as those by which bodies have to be
 * there: what began first is due first, so that one timer of the loop does for all. Belongs to one
 * loop.
 */
public final class Deadlines {

  /** Tasks that are run in one turn of the loop; the network has its turn before the rest. */
  private static final int PER_TURN = 64;

  private final Loop loop;
  private final long delayMs;
  private @Nullable Deadline first;
  private @Nullable Deadline last;
  private boolean watching;

  /**
   * @param delayMs from the begin to the end of each
   */
  public Deadlines(Loop loop, long delayMs) {
    this.loop = loop;
    this.delayMs = delayMs;
  }

  /** One of them. */
  public final class Deadline {
    private final Runnable task;
    private final long atMs = loop.nowMs() + delayMs;
    private @Nullable Deadline before;
    private @Nullable Deadline after;
    private boolean over;

    private Deadline(Runnable task) {
      this.task = task;
    }

    /** The task is not to be run any more. Idempotent. */
    public void cancel() {
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

  /** Begins one, at whose end the task is run. */
  public Deadline begin(Runnable task) {
    Deadline begun = new Deadline(task);
    begun.before = last;
    if (last == null) {
      first = begun;
    } else {
      last.after = begun;
    }
    last = begun;
    if (!watching) {
      watching = true;
      loop.after(delayMs, this::look);
    }
    return begun;
  }

  private void look() {
    long now = loop.nowMs();
    try {
      for (int i = 0; i < PER_TURN && first != null && first.atMs <= now; i++) {
        Deadline due = first;
        due.cancel();
        due.task.run();
      }
    } finally {
      goOn(now);
    }
  }

  private void goOn(long nowMs) {
    watching = first != null;
    if (first != null && first.atMs > nowMs) {
      loop.after(first.atMs - nowMs, this::look);
    } else if (first != null) {
      loop.execute(this::look);
    }
  }
}
