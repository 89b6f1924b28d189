package io.sluice.cluster;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the records of a node take, its own and its copies of others'. Kept for each partition, by
 * the partition's thread; a {@link Sweep} counts anew, so that a partition which has moved away is
 * not counted for ever. Any thread may ask.
 */
final class Held {

  /** A partition that nobody has swept for so long is not here any more. */
  private static final long GONE_MS = 60_000;

  private static final long NEVER = Long.MIN_VALUE;

  private final Limits limits;
  private final AtomicLongArray history = new AtomicLongArray(HazelcastSettings.PARTITIONS);
  private final AtomicLongArray identities = new AtomicLongArray(HazelcastSettings.PARTITIONS);
  private final AtomicLongArray channels = new AtomicLongArray(HazelcastSettings.PARTITIONS);
  private final AtomicLongArray ids = new AtomicLongArray(HazelcastSettings.PARTITIONS);
  private final AtomicLongArray rounds = new AtomicLongArray(HazelcastSettings.PARTITIONS);
  private final AtomicLongArray sweptMs = new AtomicLongArray(HazelcastSettings.PARTITIONS);
  private final AtomicLongArray lastUseMs = new AtomicLongArray(HazelcastSettings.PARTITIONS);
  private final AtomicInteger idsSinceSum = new AtomicInteger();
  private final LongAdder holes = new LongAdder();
  private volatile Sum sum = new Sum(0, 0, 0, 0);

  /**
   * Bounds of the node.
   *
   * @param historyBytes memory of all events
   * @param identityBytes memory of all identities
   * @param ids of publishes
   */
  record Limits(long historyBytes, long identityBytes, int ids) {}

  /** What all partitions take together, as of the last second. */
  record Sum(long historyBytes, long identityBytes, long channels, long ids) {}

  Held(Limits limits) {
    this.limits = limits;
    for (int i = 0; i < HazelcastSettings.PARTITIONS; i++) {
      lastUseMs.set(i, NEVER);
    }
  }

  Limits limits() {
    return limits;
  }

  Sum sum() {
    return sum;
  }

  /** Whether the events take more than they may. */
  boolean isHistoryFull() {
    return sum.historyBytes > limits.historyBytes;
  }

  /** Counts bytes of events as taken, or as given back if negative. */
  void takeHistory(int partition, long bytes) {
    if (partition >= 0) {
      history.addAndGet(partition, bytes);
    }
  }

  /** Counts one more id if there is room for it. */
  boolean tryTakeId(int partition) {
    if (sum.ids + idsSinceSum.get() >= limits.ids) {
      return false;
    }
    takeIds(partition, 1);
    return true;
  }

  /** Counts ids that came with a backup, which may not be refused, or went. */
  void takeIds(int partition, int count) {
    if (partition >= 0 && count != 0) {
      ids.addAndGet(partition, count);
      idsSinceSum.addAndGet(count);
    }
  }

  /** Counts the changes that were refused by a backup here. */
  LongAdder holes() {
    return holes;
  }

  /** A sweep looks at the first record of a partition, or at a further one. */
  void swept(int partition, long round, long nowMs) {
    if (rounds.getAndSet(partition, round) != round) {
      clear(partition);
      sweptMs.set(partition, nowMs);
    }
  }

  /** A sweep has found a record that stays. */
  void count(int partition, long historyBytes, long identityBytes, int recordIds) {
    history.addAndGet(partition, historyBytes);
    identities.addAndGet(partition, identityBytes);
    channels.incrementAndGet(partition);
    ids.addAndGet(partition, recordIds);
  }

  /** A sweep forgets a record that was used last at a time. */
  void forgot(int partition, long usedMs) {
    lastUseMs.accumulateAndGet(partition, usedMs, Math::max);
  }

  /**
   * How long ago any of the records of a partition was used that were forgotten here since; {@link
   * Long#MAX_VALUE} if none was forgotten.
   */
  long sinceForgottenMs(int partition, long nowMs) {
    long usedMs = partition < 0 ? NEVER : lastUseMs.get(partition);
    return usedMs == NEVER ? Long.MAX_VALUE : nowMs - usedMs;
  }

  /** Whether a sweep has found any record in a partition. */
  boolean isSwept(int partition, long round) {
    return rounds.get(partition) == round;
  }

  void clear(int partition) {
    history.set(partition, 0);
    identities.set(partition, 0);
    channels.set(partition, 0);
    ids.set(partition, 0);
  }

  /** Sums up. From one thread. */
  Sum sumUp(long nowMs) {
    long[] all = new long[4];
    for (int i = 0; i < HazelcastSettings.PARTITIONS; i++) {
      if (sweptMs.get(i) != 0 && nowMs - sweptMs.get(i) > GONE_MS) {
        clear(i);
      }
      all[0] += history.get(i);
      all[1] += identities.get(i);
      all[2] += channels.get(i);
      all[3] += ids.get(i);
    }
    idsSinceSum.set(0);
    sum = new Sum(all[0], all[1], all[2], all[3]);
    return sum;
  }
}
