package io.sluice.channel.local;

import java.util.Comparator;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The logs of a shard in the order in which their oldest event has to go. */
final class DueLogs {

  private final PriorityQueue<Due> queue = new PriorityQueue<>(Comparator.comparingLong(Due::atMs));

  /** A log to look at; stale once the log's own due time is another. */
  private record Due(ChannelLog log, long atMs) {}

  /** Notes a log that has events. Whether it was not there yet for so early a time. */
  boolean add(ChannelLog log) {
    if (!log.hasEvents() || log.dueMs() >= log.queuedDueMs) {
      return false;
    }
    log.queuedDueMs = log.dueMs();
    queue.add(new Due(log, log.queuedDueMs));
    return true;
  }

  boolean isEmpty() {
    return queue.isEmpty();
  }

  /** Whether the first one is due. */
  boolean isDue(long nowMs) {
    Due first = queue.peek();
    return first != null && first.atMs <= nowMs;
  }

  /** Takes the first one out; null if there is none, or if it was noted again for another time. */
  @Nullable ChannelLog takeFirst() {
    Due first = queue.poll();
    if (first == null || first.log.queuedDueMs != first.atMs) {
      return null;
    }
    first.log.queuedDueMs = ChannelLog.NOT_QUEUED;
    return first.log;
  }
}
