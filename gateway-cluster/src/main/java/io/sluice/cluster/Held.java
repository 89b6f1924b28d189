package io.sluice.cluster;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the records of a node hold together. Any thread may count and ask. */
final class Held {

  private final int maxIds;
  private final AtomicInteger ids = new AtomicInteger();
  private final LongAdder holes = new LongAdder();

  Held(int maxIds) {
    this.maxIds = maxIds;
  }

  /** Counts one more id if there is room for it. */
  boolean tryTakeId() {
    if (ids.incrementAndGet() > maxIds) {
      ids.decrementAndGet();
      return false;
    }
    return true;
  }

  /** Counts ids that came with a backup, which may not be refused, or went. */
  void takeIds(int count) {
    ids.addAndGet(count);
  }

  /** Counts the changes that were refused by a backup here. */
  LongAdder holes() {
    return holes;
  }

  int ids() {
    return ids.get();
  }
}
