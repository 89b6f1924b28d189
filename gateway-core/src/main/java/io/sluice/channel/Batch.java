package io.sluice.channel;

import java.util.List;

/**
 * A run of events of one channel without holes, and the position it follows. Immutable.
 *
 * @param channel the channel's name
 * @param follows the position just before the first event
 * @param events the run, in order; may be empty
 */
public record Batch(String channel, Position follows, List<Event> events) {

  public Batch {
    events = List.copyOf(events);
  }

  /** The position after the last event; {@link #follows} if there is none. */
  public Position last() {
    return events.isEmpty() ? follows : at(events.size() - 1);
  }

  /** The position after the event at an index. */
  public Position at(int index) {
    Event event = events.get(index);
    return new Position(follows.epoch(), event.offset(), event.stamp());
  }

  public boolean isEmpty() {
    return events.isEmpty();
  }
}
