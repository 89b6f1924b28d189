package io.sluice.cluster.history;

import java.util.List;
import java.util.Set;

/**
 * All that was logged in one run.
 *
 * @param attempts of all publishers, in any order
 * @param readers each with its notes
 */
public record History(List<Attempt> attempts, List<Reader> readers) {

  public History {
    attempts = List.copyOf(attempts);
    readers = List.copyOf(readers);
  }

  /**
   * One client that reads, over all of its connections.
   *
   * @param channels those that it asked for
   * @param notes in the order in which it learned them
   */
  public record Reader(String name, Set<String> channels, List<Note> notes) {
    public Reader {
      channels = Set.copyOf(channels);
      notes = List.copyOf(notes);
    }
  }
}
