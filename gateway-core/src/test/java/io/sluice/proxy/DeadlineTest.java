package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.channel.FakeLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class DeadlineTest {

  private final FakeLoops loops = new FakeLoops(1);
  private final AtomicInteger late = new AtomicInteger();
  private final RunningDeadlines deadlines = new RunningDeadlines(loops.loop(0));
  private final Deadline deadline = new Deadline(deadlines, late::incrementAndGet);

  @Test
  void saysOnceThatItIsLate() {
    deadline.start(100);
    loops.advance(99);
    assertThat(late).hasValue(0);
    loops.advance(1);
    assertThat(late).hasValue(1);
    loops.advance(1_000);
    assertThat(late).hasValue(1);
  }

  @Test
  void isMeasuredFromTheLastProgress() {
    deadline.start(100);
    for (int i = 0; i < 10; i++) {
      loops.advance(99);
      deadline.touch();
    }
    assertThat(late).hasValue(0);
    loops.advance(100);
    assertThat(late).hasValue(1);
  }

  @Test
  void aShorterLimitCountsAtOnce() {
    deadline.start(1_000_000);
    deadline.start(10);
    loops.advance(10);
    assertThat(late).hasValue(1);
  }

  @Test
  void aLongerLimitIsNotCutShortByTheFormer() {
    deadline.start(10);
    loops.advance(5);
    deadline.start(100);
    loops.advance(99);
    assertThat(late).hasValue(0);
    loops.advance(1);
    assertThat(late).hasValue(1);
  }

  @Test
  void neverComesAfterItWasStopped() {
    deadline.start(10);
    deadline.stop();
    deadline.stop();
    loops.advance(1_000);
    assertThat(late).hasValue(0);
    deadline.start(10);
    loops.advance(10);
    assertThat(late).hasValue(1);
  }

  @Test
  void mayBeStartedAgainByWhoIsLate() {
    List<Deadline> again = new ArrayList<>();
    again.add(
        new Deadline(
            deadlines,
            () -> {
              if (late.incrementAndGet() < 3) {
                again.get(0).start(100);
              }
            }));
    again.get(0).start(100);
    loops.advance(299);
    assertThat(late).hasValue(2);
    loops.advance(1_000);
    assertThat(late).hasValue(3);
  }

  @Test
  void eachOfManyComesInItsOwnTimeOrTwentyMillisecondsLater() {
    AtomicInteger others = new AtomicInteger();
    for (int i = 1; i <= 100; i++) {
      new Deadline(deadlines, others::incrementAndGet).start(i * 10L);
    }
    for (int i = 1; i <= 100; i++) {
      loops.advance(10);
      assertThat(others.get()).isBetween(i - 2, i);
    }
    loops.advance(20);
    assertThat(others).hasValue(100);
  }

  @Test
  void manyAtOnceComeInSeveralTurns() {
    AtomicInteger others = new AtomicInteger();
    for (int i = 0; i < 200; i++) {
      new Deadline(deadlines, others::incrementAndGet).start(10);
    }
    loops.advance(10);
    assertThat(others).hasValue(200);
  }

  @Test
  void oneThatFailsKeepsNoneOfTheOthers() {
    for (int i = 0; i < 3; i++) {
      new Deadline(
              deadlines,
              () -> {
                late.incrementAndGet();
                throw new IllegalStateException("of the test");
              })
          .start(10);
    }
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> loops.advance(10)).hasMessage("of the test");
    }
    assertThat(late).hasValue(3);
  }

  @Test
  void whatOneStopsDoesNotCome() {
    Deadline[] two = new Deadline[2];
    two[0] = new Deadline(deadlines, () -> comes(two[1]));
    two[1] = new Deadline(deadlines, () -> comes(two[0]));
    two[0].start(10);
    two[1].start(10);
    loops.advance(100);
    assertThat(late).hasValue(1);
  }

  private void comes(Deadline other) {
    late.incrementAndGet();
    other.stop();
  }
}
