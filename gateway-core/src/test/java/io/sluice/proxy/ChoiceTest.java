package io.sluice.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.FakeLoops;
import io.sluice.config.Config;
import io.sluice.config.Routes;
import io.sluice.config.Upstream;
import io.sluice.http.Admission;
import io.sluice.metrics.Metrics;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ChoiceTest {

  private static final Duration LEAVE_OUT = Duration.ofSeconds(10);

  private final FakeLoops loops = new FakeLoops(1);
  private final Metrics metrics = new Metrics();
  private final Upstreams upstreams =
      new Upstreams(
          new Routes(List.of()),
          metrics,
          new Admission(Config.Limits.DEFAULT, metrics),
          new Random(1));

  /** Targets that make no connection. */
  private List<Target> targets(int count) {
    Pool.Connector never = (owner, made, failed) -> {};
    List<Target> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Upstream.Health health = new Upstream.Health(1, LEAVE_OUT, 1);
      all.add(
          new Target(
              new Target.Key(URI.create("http://app" + i), 1_000, Upstream.Pool.DEFAULT, health),
              never,
              loops.loop(0),
              upstreams));
    }
    return all;
  }

  private Target pick(List<Target> targets, int turn, Target... tried) {
    return Choice.pick(targets, turn, Set.of(tried), loops.nowMs());
  }

  private void fail(Target target) {
    target.health().failed(loops.nowMs());
  }

  @Test
  void takesTheOneWithTheFewestRequestsUnderWay() {
    List<Target> targets = targets(3);
    targets.get(0).began();
    targets.get(2).began();
    for (int turn = 0; turn < 6; turn++) {
      assertThat(pick(targets, turn)).isSameAs(targets.get(1));
    }
    targets.get(1).began();
    targets.get(1).began();
    targets.get(2).ended();
    assertThat(pick(targets, 0)).isSameAs(targets.get(2));
  }

  @Test
  void takesEqualOnesInTurnAlsoWhenTheTurnsHaveGoneRound() {
    List<Target> targets = targets(3);
    List<Target> got = new ArrayList<>();
    for (int turn = Integer.MAX_VALUE - 1; got.size() < 6; turn++) {
      got.add(pick(targets, turn));
    }
    assertThat(Set.copyOf(got)).containsExactlyInAnyOrderElementsOf(targets);
    assertThat(pick(targets, Integer.MIN_VALUE)).isIn(targets);
  }

  @Test
  void takesOneThatWasTriedOnlyIfThereIsNoOther() {
    List<Target> targets = targets(2);
    for (int turn = 0; turn < 4; turn++) {
      assertThat(pick(targets, turn, targets.get(0))).isSameAs(targets.get(1));
      assertThat(pick(targets, turn, targets.get(0), targets.get(1))).isIn(targets);
    }
  }

  @Test
  void passesByOneThatIsLeftOut() {
    List<Target> targets = targets(3);
    fail(targets.get(1));
    for (int turn = 0; turn < 6; turn++) {
      assertThat(pick(targets, turn)).isNotSameAs(targets.get(1));
    }
  }

  @Test
  void wouldRatherTryOneThatIsLeftOutThanOneThatHasJustFailed() {
    List<Target> targets = targets(2);
    fail(targets.get(1));
    assertThat(pick(targets, 0, targets.get(0))).isSameAs(targets.get(1));
  }

  @Test
  void triesThemAnywayIfAllAreLeftOut() {
    List<Target> targets = targets(2);
    targets.forEach(this::fail);
    assertThat(List.of(pick(targets, 0), pick(targets, 1)))
        .containsExactlyInAnyOrderElementsOf(targets);
    assertThat(pick(targets, 0, targets.get(0), targets.get(1))).isIn(targets);
  }

  @Test
  void theOnlyOneIsAlwaysTaken() {
    List<Target> targets = targets(1);
    fail(targets.get(0));
    assertThat(pick(targets, 7)).isSameAs(targets.get(0));
    assertThat(pick(targets, 8, targets.get(0))).isSameAs(targets.get(0));
  }

  /** F14: a week of outage, a request every second. */
  @Test
  void oneRequestInEachTimeOfBeingLeftOutTriesItHoweverLongThatLasts() {
    List<Target> targets = targets(2);
    Target down = targets.get(0);
    long seconds = Duration.ofDays(7).toSeconds();
    fail(down);
    long tries = 0;
    for (long i = 0; i < seconds; i++) {
      loops.advance(1_000);
      if (pick(targets, (int) i) == down) {
        tries++;
        fail(down);
      }
    }
    assertThat(tries).isEqualTo(seconds / LEAVE_OUT.toSeconds());
    assertThat(down.health().isUp()).isFalse();

    loops.advance(LEAVE_OUT.toMillis());
    assertThat(pick(targets, 0)).isSameAs(down);
    assertThat(pick(targets, 0)).as("while that one tries").isNotSameAs(down);
    down.health().succeeded();
    assertThat(pick(targets, 0)).isSameAs(down);
  }
}
