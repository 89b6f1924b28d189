package io.sluice.channel.log;

import io.sluice.channel.Event;
import org.jspecify.annotations.Nullable;

/**
 * The events that a log keeps, by their offsets, which have no holes; each with the time of its
 * append on the owner's monotonic clock. Takes memory in proportion to what it has: no array for
 * one event, which is what most channels keep.
 */
final class EventRing {

  private static final int SMALL = 4;

  /** The only event, while there are no slots. */
  private @Nullable Event only;

  private long onlyMs;
  private @Nullable Slots slots;
  private long first;
  private int size;

  /** The event at {@code offset} is at {@code offset & (length - 1)}. */
  private static final class Slots {
    final @Nullable Event[] events;
    final long[] appendedMs;

    Slots(int length) {
      events = new Event[length];
      appendedMs = new long[length];
    }

    int index(long offset) {
      return (int) offset & (events.length - 1);
    }

    @Nullable Event at(long offset) {
      return events[index(offset)];
    }

    void put(long offset, Event event, long nowMs) {
      events[index(offset)] = event;
      appendedMs[index(offset)] = nowMs;
    }
  }

  /**
   * @param first the offset of the first event that will be added
   */
  EventRing(long first) {
    this.first = first;
  }

  /** The offset of the oldest event; one more than {@link #last} if there is none. */
  long first() {
    return first;
  }

  /** The offset of the newest event, also when that has gone. */
  long last() {
    return first + size - 1;
  }

  int size() {
    return size;
  }

  /** Adds the event whose offset is the next one. */
  void add(Event event, long nowMs) {
    if (size == 0 && slots == null) {
      only = event;
      onlyMs = nowMs;
    } else {
      Slots into = slots;
      if (into == null || size == into.events.length) {
        into = resize(Math.max(SMALL, size * 2));
      }
      into.put(event.offset(), event, nowMs);
    }
    size++;
  }

  /** The event at an offset between first and last. */
  Event at(long offset) {
    Event event = null;
    if (offset >= first && offset < first + size) {
      event = slots == null ? only : slots.at(offset);
    }
    if (event == null) {
      throw new IllegalStateException(
          "no event "
              + offset
              + " (keeps "
              + first
              + " to "
              + last()
              + "): a defect in the gateway");
    }
    return event;
  }

  /** When the event at an offset between first and last was added. */
  long appendedMs(long offset) {
    return slots == null ? onlyMs : slots.appendedMs[slots.index(offset)];
  }

  /** Takes the oldest event out. */
  Event removeFirst() {
    Event event = at(first);
    if (slots == null) {
      only = null;
    } else {
      slots.events[slots.index(first)] = null;
    }
    first++;
    size--;
    return event;
  }

  /** Lets go of all events. */
  void clear() {
    only = null;
    slots = null;
    first += size;
    size = 0;
  }

  /** Gives memory back when most of it is empty. */
  void shrink() {
    if (slots == null) {
      return;
    }
    if (size == 0) {
      slots = null;
    } else if (size == 1) {
      onlyMs = appendedMs(first);
      only = at(first);
      slots = null;
    } else if (slots.events.length > SMALL && size * 4L <= slots.events.length) {
      resize(slots.events.length / 2);
    }
  }

  private Slots resize(int length) {
    Slots wider = new Slots(length);
    for (long offset = first; offset < first + size; offset++) {
      wider.put(offset, at(offset), appendedMs(offset));
    }
    only = null;
    slots = wider;
    return wider;
  }
}
