package io.sluice.channel.hub;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the connections of one loop hold of pages in copies of their own, as TLS makes them: the
 * page itself is let go of when it has been copied, so that the copies count against the budget of
 * pages until their clients have taken them.
 */
final class OwnCopies {

  private final PageBudget budget;
  private final List<Sink> given = new ArrayList<>();
  private final Map<Sink, Long> counted = new HashMap<>();

  OwnCopies(PageBudget budget) {
    this.budget = budget;
  }

  /** Whether a page that is at hand may be copied for a sink now. */
  boolean hasRoom(Sink sink) {
    return !sink.copies() || budget.hasReserve();
  }

  /** A page was given to a sink; counted by {@link #countGiven} once it is flushed. */
  void gave(Sink sink) {
    if (sink.copies()) {
      given.add(sink);
    }
  }

  void countGiven() {
    for (int i = 0; i < given.size(); i++) {
      count(given.get(i), counted.getOrDefault(given.get(i), 0L));
    }
    given.clear();
  }

  /** A sink may hold less than before. */
  void recount(Sink sink) {
    Long before = counted.get(sink);
    if (before != null) {
      count(sink, before);
    }
  }

  /** Looks at all of them: nobody tells when a socket takes bytes that did not fill it. */
  void recountAll() {
    for (Sink sink : List.copyOf(counted.keySet())) {
      recount(sink);
    }
  }

  private void count(Sink sink, long before) {
    long now = sink.ownBytes();
    budget.take(now - before);
    if (now == 0) {
      counted.remove(sink);
    } else {
      counted.put(sink, now);
    }
  }

  boolean isEmpty() {
    return counted.isEmpty();
  }
}
