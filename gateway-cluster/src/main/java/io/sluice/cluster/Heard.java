package io.sluice.cluster;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which nodes have said all that they follow in a partition since this node owns it. Until all
 * have, nothing is forgotten there: a new owner does not know who reads. Any thread may ask.
 */
final class Heard {

  /** A node that follows and unfollows without rest may never agree for a moment. */
  static final long PATIENCE_MS = 60_000;

  private static final long NOT_OURS = Long.MIN_VALUE;

  private final AtomicLongArray sinceMs = new AtomicLongArray(HazelcastSettings.PARTITIONS);
  private final Map<Long, AtomicIntegerArray> agreed = new ConcurrentHashMap<>();

  Heard() {
    clear();
  }

  /** This node is seen to own a partition. */
  void owns(int partition, long nowMs) {
    sinceMs.compareAndSet(partition, NOT_OURS, nowMs);
  }

  /** A partition is not this node's; who follows in it has to be said anew when it is again. */
  void left(int partition) {
    if (partition < 0) {
      return;
    }
    sinceMs.set(partition, NOT_OURS);
    agreed.values().forEach(partitions -> partitions.set(partition, 0));
  }

  /** A node follows in a partition just what is noted here. */
  void agreed(long node, int partition) {
    agreed
        .computeIfAbsent(node, name -> new AtomicIntegerArray(HazelcastSettings.PARTITIONS))
        .set(partition, 1);
  }

  /** Only those are there. */
  void retain(Collection<Long> nodes) {
    agreed.keySet().retainAll(nodes);
  }

  /** Nothing of it is true any more. */
  void clear() {
    agreed.clear();
    for (int i = 0; i < HazelcastSettings.PARTITIONS; i++) {
      sinceMs.set(i, NOT_OURS);
    }
  }

  /** Whether it is known of these nodes what they follow in a partition. */
  boolean hasAll(int partition, Collection<Long> nodes, long nowMs) {
    long since = sinceMs.get(partition);
    if (since == NOT_OURS) {
      return false;
    }
    return nowMs - since >= PATIENCE_MS || nodes.stream().allMatch(node -> has(node, partition));
  }

  private boolean has(Long node, int partition) {
    AtomicIntegerArray partitions = agreed.get(node);
    return partitions != null && partitions.get(partition) == 1;
  }
}
