package io.sluice.cli.bench;

import java.util.concurrent.atomic.LongAdder;

/** What the readers of one event loop got. Belongs to that loop. */
final class Tally {

  private final Run run;
  private final Histogram time = new Histogram();
  private final LongAdder arrived;
  private long deliveries;
  private long gaps;
  private long repeats;
  private long closed;

  /**
   * @param arrived counts deliveries, for all loops
   */
  Tally(Run run, LongAdder arrived) {
    this.run = run;
    this.arrived = arrived;
  }

  /**
   * Checks one delivery.
   *
   * @param next what the reader expects, by lane; moved on
   */
  void onEvent(int[] next, int lane, int number, long publishedUs) {
    int expected = next[lane];
    if (number < expected) {
      repeats++;
      return;
    }
    gaps += number - expected;
    next[lane] = number + 1;
    arrived.increment();
    if (publishedUs >= run.measuredFromUs()) {
      deliveries++;
      time.add(run.nowUs() - publishedUs);
    }
    run.onDelivery(lane, publishedUs);
  }

  void onClosed() {
    closed++;
  }

  void addTo(Histogram all) {
    all.add(time);
  }

  long deliveries() {
    return deliveries;
  }

  long gaps() {
    return gaps;
  }

  long repeats() {
    return repeats;
  }

  long closed() {
    return closed;
  }
}
