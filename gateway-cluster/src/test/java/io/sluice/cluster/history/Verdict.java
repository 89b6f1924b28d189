package io.sluice.cluster.history;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a checker found, and what it looked at. Used by one thread. */
public final class Verdict {

  /** How many findings of a kind are kept in words. */
  public static final int EXAMPLES = 5;

  private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
  private final Map<Kind, List<String>> examples = new EnumMap<>(Kind.class);
  private int again;

  Verdict() {}

  void found(Kind kind, String words) {
    counts.merge(kind, 1, Integer::sum);
    List<String> kept = examples.computeIfAbsent(kind, k -> new ArrayList<>());
    if (kept.size() < EXAMPLES) {
      kept.add(words);
    }
  }

  void seenAgainInAnotherEpoch() {
    again++;
  }

  /** How many violations of a kind there are. */
  public int count(Kind kind) {
    return counts.getOrDefault(kind, 0);
  }

  /** The first of them, in words. */
  public List<String> examples(Kind kind) {
    return List.copyOf(examples.getOrDefault(kind, List.of()));
  }

  /** Publishes that a reader saw in two epochs, with a gap between: see {@link Kind#REPEATED}. */
  public int again() {
    return again;
  }

  /** Whether there are none of any kind. */
  public boolean holds() {
    return counts.isEmpty();
  }

  /** {@code lost=0 repeated=0 …}. */
  @Override
  public String toString() {
    return Stream.of(Kind.values())
        .map(kind -> kind.word() + "=" + count(kind))
        .collect(Collectors.joining(" "));
  }
}
