package io.sluice.cluster.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Position;
import io.sluice.cluster.history.Attempt;
import io.sluice.cluster.history.Attempt.Answer;
import io.sluice.cluster.history.History;
import io.sluice.cluster.history.Note;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class OutcomeTest {

  private static final Position HERE = new Position(1, 1, 1);

  private static Fault fault(Fault.Gaps gaps) {
    return new Fault("name", "words", 1, Fault.BedKind.ANY, gaps, false, stage -> {});
  }

  private static History.Reader reader(int gaps, boolean left) {
    List<Note> notes = new ArrayList<>(List.of(new Note.Stood("c", HERE, 1)));
    for (int i = 0; i < gaps; i++) {
      notes.add(new Note.Told("c", "epoch", HERE, 2));
    }
    if (left) {
      notes.add(new Note.Left("c", 3));
    }
    return new History.Reader("r", Set.of("c"), notes);
  }

  private static boolean wrong(Fault.Gaps gaps, History.Reader reader) {
    return !Outcome.wrongGaps(fault(gaps), new History(List.of(), List.of(reader))).isEmpty();
  }

  @Test
  void aFaultThatLosesNothingCallsForNoGap() {
    assertThat(wrong(Fault.Gaps.NONE, reader(0, false))).isFalse();
    assertThat(wrong(Fault.Gaps.NONE, reader(1, false))).isTrue();
  }

  @Test
  void afterARestartEachReaderIsToldOnce() {
    assertThat(wrong(Fault.Gaps.ONE_EACH, reader(0, false))).isTrue();
    assertThat(wrong(Fault.Gaps.ONE_EACH, reader(1, false))).isFalse();
    assertThat(wrong(Fault.Gaps.ONE_EACH, reader(2, false))).isTrue();
  }

  @Test
  void oneThatLeftMayHaveMissedTheRestart() {
    assertThat(wrong(Fault.Gaps.ONE_EACH, reader(0, true))).isFalse();
    assertThat(wrong(Fault.Gaps.ONE_EACH, reader(2, true))).isTrue();
  }

  @Test
  void anyGapsMayBeToldWhereAllCopiesMayBeLost() {
    assertThat(wrong(Fault.Gaps.ANY, reader(3, false))).isFalse();
  }

  @Test
  void anOutageIsTheLongestTimeOfOneChannel() {
    History history =
        new History(
            List.of(
                acknowledged("a1", "a", 1),
                acknowledged("a2", "a", 9),
                acknowledged("b1", "b", 4),
                acknowledged("b2", "b", 5),
                unknown("b3", "b")),
            List.of(reader(2, false)));
    Outcome.Figures figures = Outcome.figures(history);
    assertThat(figures.outageMs()).isEqualTo(8_000);
    assertThat(figures.acknowledged()).isEqualTo(4);
    assertThat(figures.unknown()).isEqualTo(1);
    assertThat(figures.gaps()).isEqualTo(2);
    assertThat(figures.gapped()).isEqualTo(1);
  }

  @Test
  void theOutageOfAFaultIsWhatEndsAfterItBegan() {
    List<Attempt> attempts =
        List.of(
            acknowledged("a3", "a", 12),
            acknowledged("a1", "a", 1),
            acknowledged("b1", "b", 11),
            acknowledged("a2", "a", 9),
            unknown("a4", "a"));
    assertThat(Outcome.outageMs(attempts, "a", ns(10))).isEqualTo(3_000);
    assertThat(Outcome.outageMs(attempts, "a", ns(8))).isEqualTo(8_000);
    assertThat(Outcome.outageMs(attempts, "a", ns(13))).isZero();
  }

  private static Attempt acknowledged(String id, String channel, int second) {
    return new Attempt(id, channel, "", Answer.ACKNOWLEDGED, HERE, 0, ns(second));
  }

  private static Attempt unknown(String id, String channel) {
    return new Attempt(id, channel, "", Answer.UNKNOWN, null, 0, ns(60));
  }

  private static long ns(int second) {
    return TimeUnit.SECONDS.toNanos(second);
  }
}
