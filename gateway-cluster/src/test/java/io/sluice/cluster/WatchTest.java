package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a node may answer for the cluster, by a clock that the test moves. */
@NullMarked
final class WatchTest {

  private long nowMs = 1_000_000;
  private int members = 3;

  /** What runs once a majority has answered, for each time that all were asked. */
  private final List<Runnable> asked = new ArrayList<>();

  private final List<Broker.Unavailable> lost = new ArrayList<>();

  private final Watch watch =
      new Watch(new Watch.Surroundings(() -> nowMs, () -> members, 2, asked::add, lost::add));

  @BeforeEach
  void join() {
    assertThat(watch.refusal()).isNotNull();
    assertThat(watch.hindrance()).isEqualTo("joining");
    watch.joined(true);
  }

  private void tickAfter(long ms) {
    nowMs += ms;
    watch.tick();
  }

  @Test
  void aNodeThatIsThereAndAwakeAnswers() {
    tickAfter(Watch.TICK_MS);
    assertThat(watch.refusal()).isNull();
    assertThat(watch.hindrance()).isNull();
    assertThat(asked).isEmpty();
    assertThat(lost).isEmpty();
  }

  @Test
  void aWokenNodeAnswersNothingUntilAMajorityHasAnsweredIt() {
    nowMs += Watch.ASLEEP_MS + 1;
    assertThat(watch.refusal()).as("before anything else ran").isNotNull();
    watch.tick();
    assertThat(watch.refusal()).isNotNull();
    assertThat(watch.hindrance()).isEqualTo("woken");
    tickAfter(Watch.TICK_MS);
    assertThat(watch.refusal()).as("nobody has answered").isNotNull();
    assertThat(asked).hasSize(2);
    asked.get(0).run();
    assertThat(watch.refusal()).isNull();
    asked.get(1).run();
    tickAfter(Watch.TICK_MS);
    assertThat(asked).as("nothing more is asked").hasSize(2);
  }

  @Test
  void anAnswerFromBeforeItSleptAgainDoesNotCount() {
    tickAfter(Watch.ASLEEP_MS + 1);
    tickAfter(20_000);
    assertThat(asked).hasSize(2);
    asked.get(0).run();
    assertThat(watch.refusal()).isNotNull();
    asked.get(1).run();
    assertThat(watch.refusal()).isNull();
  }

  @Test
  void aNodeThatLeavesSaysSoAndNotThatItJoins() {
    watch.leaves();
    assertThat(watch.refusal()).hasMessage("this node is leaving the cluster");
    assertThat(watch.hindrance()).isEqualTo("draining");
    assertThat(lost).isEmpty();
  }

  @Test
  void aShortStopIsNotASleep() {
    tickAfter(Watch.ASLEEP_MS);
    assertThat(watch.refusal()).isNull();
    assertThat(asked).isEmpty();
  }

  @Test
  void theSmallerSideRefusesAtOnceAndSendsItsReadersAwayOnce() {
    members = 1;
    assertThat(watch.refusal()).isNotNull();
    watch.look();
    watch.look();
    tickAfter(Watch.TICK_MS);
    assertThat(lost).hasSize(1);
    members = 2;
    watch.look();
    assertThat(watch.refusal()).isNull();
    members = 1;
    watch.look();
    assertThat(lost).hasSize(2);
  }

  @Test
  void aNodeThatGivesUpItsSideOfASplitSendsItsReadersAway() {
    watch.joined(false);
    assertThat(watch.refusal()).isNotNull();
    assertThat(lost).hasSize(1);
    watch.joined(true);
    assertThat(watch.refusal()).isNull();
  }
}
