package io.sluice.cluster.chaos;

import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Asks each node again and again whether it is ready and whom it sees. */
final class Watch implements AutoCloseable {

  private static final int INTERVAL_MS = 200;

  private final List<Node> nodes;
  private final Seen[] now;
  private final Queue<Change> changes = new ConcurrentLinkedQueue<>();
  private volatile boolean ended;

  /** What a node said, asked at that time; {@code members} is null if it does not tell. */
  private record Seen(long ns, boolean ready, Set<String> members) {}

  /** A node began to list others. */
  private record Change(int node, long ns, int lost) {}

  /** What a node sees may change in several steps; those so close together are one change. */
  private static final long ONE_CHANGE_NS = TimeUnit.SECONDS.toNanos(3);

  Watch(List<Node> nodes) {
    this.nodes = nodes;
    this.now = new Seen[nodes.size()];
    for (int i = 0; i < now.length; i++) {
      int index = i;
      Thread thread = new Thread(() -> look(index), "watch " + (i + 1));
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void look(int index) {
    try {
      while (!ended) {
        long ns = System.nanoTime();
        List<String> ids = nodes.get(index).members();
        Set<String> members = ids == null ? null : Set.copyOf(ids);
        set(index, new Seen(ns, nodes.get(index).ready(), members));
        Thread.sleep(INTERVAL_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void set(int index, Seen seen) {
    Seen before = now[index];
    now[index] = seen;
    if (before != null && before.members != null && seen.members != null) {
      Set<String> lost = new HashSet<>(before.members);
      lost.removeAll(seen.members);
      if (!before.members.equals(seen.members)) {
        changes.add(new Change(index, System.nanoTime(), lost.size()));
      }
    }
  }

  /** Whether all nodes, asked since then, are ready, and see each other if they tell. */
  synchronized boolean healthySince(long ns) {
    for (Seen seen : now) {
      boolean whole = seen != null && seen.ns - ns > 0 && seen.ready && seesAll(seen);
      if (!whole) {
        return false;
      }
    }
    return true;
  }

  private boolean seesAll(Seen seen) {
    return seen.members == null || seen.members.size() == nodes.size();
  }

  /** How long after that time a node missed another one; -1 if none did. */
  long missedAfterMs(long ns) {
    return changes.stream()
        .filter(change -> change.ns - ns > 0 && change.lost > 0)
        .mapToLong(change -> TimeUnit.NANOSECONDS.toMillis(change.ns - ns))
        .min()
        .orElse(-1);
  }

  /**
   * How often what a node lists has changed since a time: the most that any one of them saw. Steps
   * of one change, such as two nodes that go one after the other, count once.
   */
  int changesSince(long ns) {
    int most = 0;
    for (int node = 0; node < now.length; node++) {
      int index = node;
      List<Long> times =
          changes.stream()
              .filter(change -> change.node == index && change.ns - ns > 0)
              .map(Change::ns)
              .toList();
      int count = 0;
      for (int i = 0; i < times.size(); i++) {
        count += i == 0 || times.get(i) - times.get(i - 1) > ONE_CHANGE_NS ? 1 : 0;
      }
      most = Math.max(most, count);
    }
    return most;
  }

  @Override
  public void close() {
    ended = true;
  }
}
