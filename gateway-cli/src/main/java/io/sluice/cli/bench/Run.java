package io.sluice.cli.bench;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/**
 * The clock of a run, and how many readers each lane's newest event still has to reach. Safe for
 * use by several threads.
 */
final class Run {

  private final LongSupplier clockNs;
  private final long beganNs;
  private final IntConsumer onArrivedEverywhere;

  // By lane: when its newest event was published, and how many readers lack it.
  private final AtomicLongArray newest = new AtomicLongArray(Mark.LANES);
  private final AtomicLongArray lacking = new AtomicLongArray(Mark.LANES);
  private volatile long measuredFromUs = Long.MAX_VALUE;

  /**
   * @param onArrivedEverywhere told the lane, on the thread of the last delivery
   */
  Run(LongSupplier clockNs, IntConsumer onArrivedEverywhere) {
    this.clockNs = clockNs;
    this.beganNs = clockNs.getAsLong();
    this.onArrivedEverywhere = onArrivedEverywhere;
  }

  /** Microseconds since the run began. */
  long nowUs() {
    return (clockNs.getAsLong() - beganNs) / 1000;
  }

  /** Events published earlier are checked, but not measured. */
  long measuredFromUs() {
    return measuredFromUs;
  }

  void measureFromNow() {
    measuredFromUs = nowUs();
  }

  /** Before a lane's next event is sent. */
  void onPublish(int lane, long us, int readers) {
    newest.set(lane, us);
    lacking.set(lane, readers);
  }

  void onDelivery(int lane, long publishedUs) {
    if (newest.get(lane) == publishedUs && lacking.decrementAndGet(lane) == 0) {
      onArrivedEverywhere.accept(lane);
    }
  }

  /** Whether a lane's newest event has arrived everywhere. */
  boolean arrivedEverywhere(int lane) {
    return lacking.get(lane) <= 0;
  }

  /** When a lane's newest event was published. */
  long newestUs(int lane) {
    return newest.get(lane);
  }
}
