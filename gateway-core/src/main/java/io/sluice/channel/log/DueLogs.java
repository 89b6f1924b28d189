package io.sluice.channel.log;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The logs of a shard in the order in which their oldest event has to go: a binary heap in which
 * each log knows its own place, so that being in it takes no object.
 */
public final class DueLogs {

  /** The place of a log that is not in the heap. */
  static final int NOWHERE = -1;

  private static final int SMALL = 16;

  private @Nullable ChannelLog[] heap = new ChannelLog[SMALL];
  private int size;

  /** Notes a log that has events. Whether it was not there yet for so early a time. */
  public boolean add(ChannelLog log) {
    if (!log.hasEvents() || log.dueMs() >= log.queuedDueMs) {
      return false;
    }
    log.queuedDueMs = log.dueMs();
    if (log.dueIndex == NOWHERE) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size + (size >> 1));
      }
      log.dueIndex = size++;
    }
    up(log, log.dueIndex);
    return true;
  }

  public boolean isEmpty() {
    return size == 0;
  }

  /** Whether the first one is due. */
  public boolean isDue(long nowMs) {
    ChannelLog first = heap[0];
    return first != null && first.queuedDueMs <= nowMs;
  }

  /** Takes the first one out; null if there is none. */
  public @Nullable ChannelLog takeFirst() {
    ChannelLog first = heap[0];
    if (first != null) {
      remove(first);
    }
    return first;
  }

  /** Takes a log out, wherever it is. */
  public void remove(ChannelLog log) {
    int at = log.dueIndex;
    if (at == NOWHERE) {
      return;
    }
    log.dueIndex = NOWHERE;
    log.queuedDueMs = ChannelLog.NOT_QUEUED;
    ChannelLog last = heap[--size];
    heap[size] = null;
    if (last != null && last != log) {
      down(last, at);
      up(last, last.dueIndex);
    }
  }

  private void up(ChannelLog log, int from) {
    int at = from;
    while (at > 0) {
      ChannelLog parent = heap[(at - 1) >> 1];
      if (parent == null || parent.queuedDueMs <= log.queuedDueMs) {
        break;
      }
      place(parent, at);
      at = (at - 1) >> 1;
    }
    place(log, at);
  }

  private void down(ChannelLog log, int from) {
    int at = from;
    for (int child = earlier(at); child < size; child = earlier(at)) {
      ChannelLog lower = heap[child];
      if (lower == null || lower.queuedDueMs >= log.queuedDueMs) {
        break;
      }
      place(lower, at);
      at = child;
    }
    place(log, at);
  }

  /** The child of a place that is due earlier; beyond the end if there is none. */
  private int earlier(int at) {
    int left = 2 * at + 1;
    int right = left + 1;
    if (right >= size) {
      return left;
    }
    ChannelLog one = heap[left];
    ChannelLog other = heap[right];
    return one != null && other != null && other.queuedDueMs < one.queuedDueMs ? right : left;
  }

  private void place(ChannelLog log, int at) {
    heap[at] = log;
    log.dueIndex = at;
  }
}
