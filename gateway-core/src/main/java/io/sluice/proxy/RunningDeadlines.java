package io.sluice.proxy;

import io.sluice.channel.Loop;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one loop that are running, and the one timer behind all of them. Most end long
 * before it fires, so that a request sets and cancels no timer of its own; one that fires looks at
 * all of them, but not more often than each {@value #SPACING_MS} ms: a deadline comes at most so
 * much late.
 */
final class RunningDeadlines {

  private static final int SPACING_MS = 20;

  /** Deadlines that come in one turn of the loop; the network has its turn before the rest. */
  private static final int PER_TURN = 64;

  private final Loop loop;
  private final List<Deadline> running = new ArrayList<>();
  private Loop.@Nullable Timer timer;
  private long firesMs;
  private long lookedMs = Long.MIN_VALUE / 2;

  RunningDeadlines(Loop loop) {
    this.loop = loop;
  }

  long nowMs() {
    return loop.nowMs();
  }

  void enter(Deadline deadline) {
    deadline.index = running.size();
    running.add(deadline);
  }

  void leave(Deadline deadline) {
    Deadline last = running.remove(running.size() - 1);
    if (last != deadline) {
      running.set(deadline.index, last);
      last.index = deadline.index;
    }
    deadline.index = -1;
  }

  /** One of them is due at this time, or later. */
  void expect(long dueMs) {
    if (timer != null && firesMs <= dueMs) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    firesMs = Math.max(dueMs, lookedMs + SPACING_MS);
    timer = loop.after(Math.max(0, firesMs - loop.nowMs()), this::look);
  }

  private void look() {
    timer = null;
    long nowMs = loop.nowMs();
    lookedMs = nowMs;
    List<Deadline> due = new ArrayList<>();
    long nextMs = Long.MAX_VALUE;
    for (Deadline each : running) {
      if (each.dueMs() <= nowMs) {
        due.add(each);
      } else {
        nextMs = Math.min(nextMs, each.dueMs());
      }
    }
    if (nextMs < Long.MAX_VALUE) {
      expect(nextMs);
    }
    come(due, 0, nowMs);
  }

  private void come(List<Deadline> due, int from, long nowMs) {
    int end = Math.min(from + PER_TURN, due.size());
    int at = from;
    try {
      while (at < end) {
        due.get(at++).come(nowMs); // unless one before has stopped it, or begun it anew
      }
    } finally {
      if (at < due.size()) {
        int rest = at;
        loop.execute(() -> come(due, rest, nowMs));
      }
    }
  }
}
