package io.sluice.cluster.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Takes notes while a run goes on. */
public final class Recorder {

  private final Queue<Attempt> attempts = new ConcurrentLinkedQueue<>();
  private final Map<String, Log> readers = new ConcurrentHashMap<>();

  /** Takes an attempt, from any thread. */
  public void attempt(Attempt attempt) {
    attempts.add(attempt);
  }

  /**
   * Begins a reader's log.
   *
   * @throws IllegalStateException if there is a reader of that name
   */
  public Log reader(String name, Set<String> channels) {
    Log log = new Log(channels);
    if (readers.putIfAbsent(name, log) != null) {
      throw new IllegalStateException("two readers named " + name);
    }
    return log;
  }

  /** What was noted so far. */
  public History history() {
    List<History.Reader> all = new ArrayList<>();
    new LinkedHashMap<>(readers)
        .forEach(
            (name, log) -> all.add(new History.Reader(name, log.channels, List.copyOf(log.notes))));
    return new History(List.copyOf(attempts), all);
  }

  /** One reader's notes. */
  public static final class Log {
    private final Set<String> channels;
    private final Queue<Note> notes = new ConcurrentLinkedQueue<>();

    private Log(Set<String> channels) {
      this.channels = Set.copyOf(channels);
    }

    /** Adds a note behind those before. */
    public void note(Note note) {
      notes.add(note);
    }
  }
}
