package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.FakeLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class DeadlineTest {

  private final FakeLoops loops = new FakeLoops(1);
  private final AtomicInteger late = new AtomicInteger();
  private final Deadline deadline = new Deadline(loops.loop(0), late::incrementAndGet);

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
            loops.loop(0),
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
}
