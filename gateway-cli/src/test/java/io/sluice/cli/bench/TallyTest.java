package io.sluice.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TallyTest {

  private final AtomicLong clockNs = new AtomicLong(5_000);
  private final List<Integer> everywhere = new ArrayList<>();
  private final Run run = new Run(clockNs::get, everywhere::add);
  private final LongAdder arrived = new LongAdder();
  private final Tally tally = new Tally(run, arrived);
  private final int[] next = {1, 1};

  @BeforeEach
  void measure() {
    run.measureFromNow();
  }

  @Test
  void eventsInOrderAreRightInEachLaneByItself() {
    tally.onEvent(next, 0, 1, 0);
    tally.onEvent(next, 1, 1, 0);
    tally.onEvent(next, 0, 2, 0);
    assertThat(tally.deliveries()).isEqualTo(3);
    assertThat(tally.gaps()).isZero();
    assertThat(tally.repeats()).isZero();
    assertThat(arrived.sum()).isEqualTo(3);
  }

  @Test
  void eachSkippedEventIsAGap() {
    tally.onEvent(next, 0, 1, 0);
    tally.onEvent(next, 0, 5, 0);
    assertThat(tally.gaps()).isEqualTo(3);
  }

  @Test
  void repeatedAndLateEventsAreRepeatsAndNoDeliveries() {
    tally.onEvent(next, 0, 2, 0);
    tally.onEvent(next, 0, 2, 0);
    tally.onEvent(next, 0, 1, 0);
    assertThat(tally.repeats()).isEqualTo(2);
    assertThat(tally.gaps()).isEqualTo(1);
    assertThat(tally.deliveries()).isEqualTo(1);
  }

  @Test
  void timeIsFromPublishingToArrival() {
    clockNs.addAndGet(3_000_000);
    tally.onEvent(next, 0, 1, 1_000);
    Histogram time = new Histogram();
    tally.addTo(time);
    assertThat(time.max()).isEqualTo(2_000);
  }

  @Test
  void eventsOfTheWarmUpAreCheckedButNotMeasured() {
    clockNs.addAndGet(1_000_000);
    run.measureFromNow();
    tally.onEvent(next, 0, 2, 999);
    tally.onEvent(next, 0, 3, 1_000);
    assertThat(tally.gaps()).isEqualTo(1);
    assertThat(tally.deliveries()).isEqualTo(1);
    assertThat(arrived.sum()).isEqualTo(2);
  }

  @Test
  void laneIsToldOnceItsEventHasReachedAllReaders() {
    run.onPublish(1, 10, 2);
    tally.onEvent(new int[] {1, 1}, 1, 1, 10);
    assertThat(run.arrivedEverywhere(1)).isFalse();
    assertThat(everywhere).isEmpty();
    tally.onEvent(new int[] {1, 1}, 1, 1, 10);
    assertThat(run.arrivedEverywhere(1)).isTrue();
    assertThat(everywhere).containsExactly(1);
  }

  @Test
  void lateDeliveryOfAnEarlierEventDoesNotCountForTheNewest() {
    run.onPublish(0, 10, 1);
    run.onPublish(0, 20, 1);
    tally.onEvent(next, 0, 1, 10);
    assertThat(run.arrivedEverywhere(0)).isFalse();
  }
}
