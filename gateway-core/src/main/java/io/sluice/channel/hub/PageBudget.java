package io.sluice.channel.hub;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes of encoded pages that the whole node may hold for readers that are behind. */
final class PageBudget {

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  PageBudget(long limit) {
    this.limit = limit;
  }

  /** Whether another page may be read. One page may go over the limit, so that none is too big. */
  boolean hasRoom() {
    return used.get() < limit;
  }

  /**
   * Whether a small page may still be read for a reader that has waited: clients that hold all of
   * the limit and do not read must not stop those that do.
   */
  boolean hasReserve() {
    return used.get() < limit + limit / 4;
  }

  void take(long bytes) {
    used.addAndGet(bytes);
  }

  void giveBack(long bytes) {
    used.addAndGet(-bytes);
  }

  long used() {
    return used.get();
  }
}
