package io.sluice.channel.local;

import io.sluice.channel.Event;
import org.jspecify.annotations.Nullable;

/**
 * The events that a log keeps, by their offsets, which have no holes; each with the time of its
 * append on the owner's monotonic clock. Takes memory in proportion to what it has, none when it
 * has nothing.
 */
final class EventRing {

  private static final int SMALL = 4;
  private static final Event[] NO_EVENTS = {};
  private static final long[] NO_TIMES = {};

  /** The event at {@code offset} is at {@code offset & (length - 1)}. */
  private @Nullable Event[] events = NO_EVENTS;

  private long[] appendedMs = NO_TIMES;
  private long first;
  private long last;

  /**
   * @param first the offset of the first event that will be added
   */
  EventRing(long first) {
    this.first = first;
    this.last = first - 1;
  }

  /** The offset of the oldest event; one more than {@link #last} if there is none. */
  long first() {
    return first;
  }

  /** The offset of the newest event, also when that has gone. */
  long last() {
    return last;
  }

  int size() {
    return (int) (last - first + 1);
  }

  /** Adds the event whose offset is the next one. */
  void add(Event event, long nowMs) {
    if (size() == events.length) {
      resize(Math.max(SMALL, events.length * 2));
    }
    last = event.offset();
    events[index(last)] = event;
    appendedMs[index(last)] = nowMs;
  }

  /** The event at an offset between first and last. */
  Event at(long offset) {
    Event event = offset < first || offset > last ? null : events[index(offset)];
    if (event == null) {
      throw new IllegalStateException(
          "no event " + offset + " (keeps " + first + " to " + last + "): a defect in the gateway");
    }
    return event;
  }

  /** When the event at an offset between first and last was added. */
  long appendedMs(long offset) {
    return appendedMs[index(offset)];
  }

  /** Takes the oldest event out. */
  Event removeFirst() {
    Event event = at(first);
    events[index(first)] = null;
    first++;
    return event;
  }

  /** Lets go of all events. */
  void clear() {
    events = NO_EVENTS;
    appendedMs = NO_TIMES;
    first = last + 1;
  }

  /** Gives memory back when most of it is empty. */
  void shrink() {
    if (size() == 0) {
      if (events.length > 0) {
        clear();
      }
    } else if (events.length > SMALL && size() * 4L <= events.length) {
      resize(events.length / 2);
    }
  }

  private int index(long offset) {
    return (int) offset & (events.length - 1);
  }

  private void resize(int length) {
    @Nullable Event[] newEvents = new Event[length];
    long[] newTimes = new long[length];
    for (long offset = first; offset <= last; offset++) {
      int to = (int) offset & (length - 1);
      newEvents[to] = events[index(offset)];
      newTimes[to] = appendedMs[index(offset)];
    }
    events = newEvents;
    appendedMs = newTimes;
  }
}
