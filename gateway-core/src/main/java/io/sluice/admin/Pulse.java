package io.sluice.admin;

import io.sluice.channel.Loop;
import io.sluice.metrics.Metrics;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Whether the event loops run: a task on each, twice a second, that notes when it ran and how late.
 */
final class Pulse {

  private static final long PERIOD_MS = 500;

  private final List<Loop> loops;
  private final Metrics metrics;
  private final AtomicLongArray lastMs;

  Pulse(List<Loop> loops, Metrics metrics) {
    this.loops = List.copyOf(loops);
    this.metrics = metrics;
    this.lastMs = new AtomicLongArray(loops.size());
  }

  void start() {
    for (int i = 0; i < loops.size(); i++) {
      Loop loop = loops.get(i);
      int index = i;
      lastMs.set(index, loop.nowMs());
      loop.execute(() -> beat(loop, index));
    }
  }

  private void beat(Loop loop, int index) {
    long now = loop.nowMs();
    lastMs.set(index, now);
    loop.after(
        PERIOD_MS,
        () -> {
          metrics.eventLoopLag.observe(Math.max(0, loop.nowMs() - now - PERIOD_MS) / 1000.0);
          beat(loop, index);
        });
  }

  /** Loops that have not run for so long, by their numbers. Any thread may ask. */
  List<Integer> stuck(long forMs) {
    return loops.stream()
        .map(Loop::index)
        .filter(index -> loops.get(index).nowMs() - lastMs.get(index) > forMs)
        .toList();
  }
}
