package io.sluice.cluster.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Right histories of any shape hold; one change anywhere in them is found, whatever it is. */
final class DamagedHistoryTest {

  private static final int HISTORIES = 300;

  @Test
  void rightHistoriesHold() {
    for (int seed = 0; seed < HISTORIES; seed++) {
      Verdict verdict = Checker.check(drawn(new Random(seed)));
      assertThat(verdict.holds()).as("seed %d: %s", seed, verdict).isTrue();
    }
  }

  @Test
  void anEventThatIsMissingIsFound() {
    everyDamage(
        (random, notes) -> notes.remove(drawnEvent(random, notes)), Kind.LOST, Kind.SILENT_GAP);
  }

  @Test
  void anEventThatCameTwiceIsFound() {
    everyDamage(
        (random, notes) -> {
          int event = drawnEvent(random, notes);
          notes.add(event + 1 + random.nextInt(notes.size() - event), notes.get(event));
        },
        Kind.REPEATED);
  }

  @Test
  void twoEventsInTheOtherOrderAreFound() {
    everyDamage(
        (random, notes) -> {
          int event = drawnEvent(random, notes);
          int other = drawnEvent(random, notes);
          Note moved = notes.set(event, notes.get(other));
          notes.set(other, moved);
          if (event == other) {
            notes.remove(event);
          }
        },
        Kind.REORDERED,
        Kind.SILENT_GAP,
        Kind.LOST);
  }

  @Test
  void anEventUnderTheIdOfAnotherIsFound() {
    everyDamage(
        (random, notes) -> {
          int event = drawnEvent(random, notes);
          Note.Saw saw = (Note.Saw) notes.get(event);
          notes.set(event, new Note.Saw(saw.channel(), saw.at(), "other", saw.hash(), saw.ns()));
        },
        Kind.PHANTOM);
  }

  @Test
  void aGapThatIsNotToldIsFound() {
    for (int seed = 0; seed < HISTORIES; seed++) {
      Random random = new Random(seed);
      History right = drawn(random);
      int reader = random.nextInt(right.readers().size());
      List<Note> notes = new ArrayList<>(right.readers().get(reader).notes());
      if (notes.removeIf(Note.Told.class::isInstance)) {
        Verdict verdict = Checker.check(with(right, reader, notes));
        assertThat(verdict.count(Kind.SILENT_GAP) + verdict.count(Kind.LOST))
            .as("seed %d: %s", seed, verdict)
            .isPositive();
      }
    }
  }

  private static void everyDamage(BiConsumer<Random, List<Note>> damage, Kind... kinds) {
    for (int seed = 0; seed < HISTORIES; seed++) {
      Random random = new Random(seed);
      History right = drawn(random);
      int reader = random.nextInt(right.readers().size());
      List<Note> notes = new ArrayList<>(right.readers().get(reader).notes());
      if (IntStream.range(0, notes.size()).anyMatch(index -> isEvent(notes, index))) {
        damage.accept(random, notes);
        Verdict verdict = Checker.check(with(right, reader, notes));
        int found = 0;
        for (Kind kind : kinds) {
          found += verdict.count(kind);
        }
        assertThat(found).as("seed %d: %s", seed, verdict).isPositive();
      }
    }
  }

  private static int drawnEvent(Random random, List<Note> notes) {
    int event = random.nextInt(notes.size());
    while (!isEvent(notes, event)) {
      event = (event + 1) % notes.size();
    }
    return event;
  }

  /** Whether there is an event that no gap behind it could stand for. */
  private static boolean isEvent(List<Note> notes, int index) {
    return notes.get(index) instanceof Note.Saw
        && !(index + 1 < notes.size() && notes.get(index + 1) instanceof Note.Told);
  }

  private static History with(History right, int reader, List<Note> notes) {
    List<History.Reader> readers = new ArrayList<>(right.readers());
    History.Reader changed = readers.get(reader);
    readers.set(reader, new History.Reader(changed.name(), changed.channels(), notes));
    return new History(right.attempts(), readers);
  }

  /** A log, and readers that lag behind it, are cut, resume, and are told a gap now and then. */
  private static History drawn(Random random) {
    Forged forged = new Forged();
    int readers = 1 + random.nextInt(3);
    long[] at = new long[readers];
    long head = 0;
    List<String> log = new ArrayList<>();
    for (int r = 0; r < readers; r++) {
      forged.reader("r" + r, "c").stood("c", 1, 0);
    }
    for (int step = 0; step < 60 || behind(at, head); step++) {
      int reader = random.nextInt(readers);
      switch (random.nextInt(step < 60 ? 8 : 4)) {
        case 4, 5, 6 -> {
          log.add("e" + ++head);
          publish(random, forged, log.get(log.size() - 1), head);
        }
        case 7 -> {
          if (head > at[reader] + 1 && random.nextInt(4) == 0) {
            at[reader] += 2;
            forged.reader("r" + reader).told("c", "trimmed", 1, at[reader]);
          } else {
            forged.reader("r" + reader).stood("c", 1, at[reader]);
          }
        }
        default -> {
          if (at[reader] < head) {
            String id = log.get((int) at[reader]++);
            forged.reader("r" + reader).saw("c", id, 1, at[reader]);
          }
        }
      }
    }
    return forged.history();
  }

  private static void publish(Random random, Forged forged, String id, long offset) {
    if (random.nextInt(5) == 0) {
      forged.unknown("c", id);
    }
    if (random.nextInt(5) == 0) {
      forged.refused("c", id);
    }
    forged.acknowledged("c", id, 1, offset);
  }

  private static boolean behind(long[] at, long head) {
    for (long each : at) {
      if (each < head) {
        return true;
      }
    }
    return false;
  }
}
