package io.sluice.cluster.chaos;

import io.sluice.cluster.history.Attempt;
import io.sluice.cluster.history.Attempt.Answer;
import io.sluice.cluster.history.History;
import io.sluice.cluster.history.Kind;
import io.sluice.cluster.history.Note;
import io.sluice.cluster.history.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What came of one run.
 *
 * @param failures what fails it beside the verdict; empty if nothing does
 */
record Outcome(Fault fault, Verdict verdict, List<String> failures, Figures figures, Times times) {

  /**
   * Counted from a history.
   *
   * @param acknowledged publishes
   * @param unknown publishes that were given up without a sure answer
   * @param seen events that readers saw
   * @param gaps that readers were told
   * @param gapped readers that were told any
   * @param outageMs the longest time in which one channel had no acknowledged publish
   */
  record Figures(int acknowledged, int unknown, int seen, int gaps, int gapped, long outageMs) {}

  /**
   * Of each fault of the run, in milliseconds.
   *
   * @param detections until a node missed another one, if it did
   * @param outages the longest time in which the busiest channel had no acknowledged publish
   * @param recoveries from the fault's end until all was as before
   */
  record Times(List<Long> detections, List<Long> outages, List<Long> recoveries) {}

  boolean holds() {
    return verdict.holds() && failures.isEmpty();
  }

  static Figures figures(History history) {
    Set<String> acknowledged = new HashSet<>();
    Set<String> unknown = new HashSet<>();
    for (Attempt attempt : history.attempts()) {
      if (attempt.answer() == Answer.ACKNOWLEDGED) {
        acknowledged.add(attempt.id());
      } else if (attempt.answer() == Answer.UNKNOWN) {
        unknown.add(attempt.id());
      }
    }
    unknown.removeAll(acknowledged);
    int seen = 0;
    int gaps = 0;
    int gapped = 0;
    for (History.Reader reader : history.readers()) {
      int told = 0;
      for (Note note : reader.notes()) {
        seen += note instanceof Note.Saw ? 1 : 0;
        told += note instanceof Note.Told ? 1 : 0;
      }
      gaps += told;
      gapped += told > 0 ? 1 : 0;
    }
    return new Figures(acknowledged.size(), unknown.size(), seen, gaps, gapped, outageMs(history));
  }

  private static long outageMs(History history) {
    return history.attempts().stream()
        .map(Attempt::channel)
        .distinct()
        .mapToLong(channel -> outageMs(history.attempts(), channel, Long.MIN_VALUE))
        .max()
        .orElse(0);
  }

  /**
   * The longest time in which a channel had no acknowledged publish, among those that ended after a
   * moment.
   */
  static long outageMs(List<Attempt> attempts, String channel, long afterNs) {
    long[] ends =
        attempts.stream()
            .filter(each -> each.answer() == Answer.ACKNOWLEDGED && each.channel().equals(channel))
            .mapToLong(Attempt::endedNs)
            .sorted()
            .toArray();
    long longest = 0;
    for (int i = 1; i < ends.length; i++) {
      if (ends[i] > afterNs) {
        longest = Math.max(longest, ends[i] - ends[i - 1]);
      }
    }
    return TimeUnit.NANOSECONDS.toMillis(longest);
  }

  /** Whether readers were told the gaps that they may be told, and no others. */
  static List<String> wrongGaps(Fault fault, History history) {
    List<String> wrong = new ArrayList<>();
    for (History.Reader reader : history.readers()) {
      for (String channel : reader.channels()) {
        List<Note> told =
            reader.notes().stream()
                .filter(note -> note instanceof Note.Told && note.channel().equals(channel))
                .toList();
        if (isWrong(fault.gaps(), reader, told.size())) {
          wrong.add(reader.name() + " in " + channel + " was told " + told);
        }
      }
    }
    return wrong;
  }

  private static boolean isWrong(Fault.Gaps gaps, History.Reader reader, int told) {
    boolean passer = reader.notes().stream().anyMatch(Note.Left.class::isInstance);
    return switch (gaps) {
      case NONE -> told > 0;
      case ONE_EACH -> passer ? told > 1 : told != 1;
      case ANY -> false;
    };
  }

  /** All that is wrong, a line each. */
  List<String> wrongs() {
    List<String> wrongs = new ArrayList<>(failures);
    for (Kind kind : Kind.values()) {
      verdict.examples(kind).forEach(example -> wrongs.add(kind.word() + ": " + example));
    }
    return wrongs;
  }
}
