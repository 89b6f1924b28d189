package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.FakeLoops;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class WheelTest {

  private static final int SLACK_MS = 2 * Wheel.TICK_MS;

  private final FakeLoops loops = new FakeLoops(1);
  private final SkewedLoop loop = new SkewedLoop(loops.loop(0));
  private final Wheel wheel = new Wheel(loop, new SplittableRandom(1));
  private final long startMs = loops.nowMs();

  private final class Noted extends Wheel.Node {
    private final List<Long> firedAtMs = new ArrayList<>();
    private Runnable then = () -> {};

    @Override
    void due() {
      firedAtMs.add(loops.nowMs() - startMs);
      then.run();
    }
  }

  @Test
  void firesOnceNeverEarlyAndAtMostTwoTicksLate() {
    Noted node = new Noted();
    wheel.arm(node, 1234);

    loops.advance(1233);
    assertThat(node.firedAtMs).isEmpty();
    loops.advance(60_000);

    assertThat(node.firedAtMs).hasSize(1);
    assertThat(node.firedAtMs.get(0)).isBetween(1234L, 1234L + SLACK_MS);
  }

  @Test
  void schedulesNothingWhileNothingIsArmed() {
    Noted node = new Noted();
    wheel.arm(node, 10);
    loops.advance(1000);

    assertThat(wheel.size()).isZero();
    assertThat(loop.timers).isZero();
  }

  @Test
  void firesAfterAnIdleTime() {
    loops.advance(3_600_000);
    Noted node = new Noted();
    wheel.arm(node, 100);

    loops.advance(100 + SLACK_MS);

    assertThat(node.firedAtMs).hasSize(1);
  }

  @Test
  void armingAgainReplacesTheTime() {
    Noted node = new Noted();
    wheel.arm(node, 100);
    wheel.arm(node, 5000);

    loops.advance(4000);
    assertThat(node.firedAtMs).isEmpty();
    loops.advance(2000);

    assertThat(node.firedAtMs).hasSize(1);
  }

  @Test
  void goesRoundMoreThanOnceForALongDelay() {
    Noted node = new Noted();
    wheel.arm(node, 100_000);

    loops.advance(99_999);
    assertThat(node.firedAtMs).isEmpty();
    loops.advance(1 + SLACK_MS);

    assertThat(node.firedAtMs).hasSize(1);
  }

  @Test
  void aNodeMayArmItselfAndCancelTheNext() {
    Noted first = new Noted();
    Noted second = new Noted();
    first.then =
        () -> {
          wheel.cancel(second);
          if (first.firedAtMs.size() < 3) {
            wheel.arm(first, 0);
          }
        };
    wheel.arm(first, 500);
    wheel.arm(second, 500);

    loops.advance(10_000);

    assertThat(first.firedAtMs).hasSize(3).isSorted().doesNotHaveDuplicates();
    assertThat(second.firedAtMs).isEmpty();
  }

  @Test
  void goesOnAfterADefect() {
    Noted bad = new Noted();
    bad.then =
        () -> {
          throw new IllegalStateException("a defect");
        };
    Noted good = new Noted();
    wheel.arm(bad, 500);
    wheel.arm(good, 500);

    loops.advance(1000);

    assertThat(good.firedAtMs).hasSize(1);
  }

  @Test
  void spreadsManyOverTheInterval() {
    int[] perSecond = new int[25];
    for (int i = 0; i < 10_000; i++) {
      Noted node = new Noted();
      node.then = () -> perSecond[(int) Math.min(24, node.firedAtMs.get(0) / 1000)]++;
      wheel.armSpread(node, 25_000);
    }

    loops.advance(25_000 + SLACK_MS);

    assertThat(wheel.size()).isZero();
    for (int count : perSecond) {
      assertThat(count).isBetween(300, 500);
    }
  }

  /** Each pair: how far the clock moves, then the delay of a node that is armed. */
  @Property(tries = 300)
  void firesEachInTimeWhateverIsArmedWhen(
      @ForAll @Size(max = 60) List<@IntRange(max = 70_000) Integer> steps) {
    List<long[]> due = new ArrayList<>();
    List<Noted> nodes = new ArrayList<>();
    for (int i = 0; i + 1 < steps.size(); i += 2) {
      loops.advance(steps.get(i));
      Noted node = new Noted();
      nodes.add(node);
      due.add(new long[] {loops.nowMs() - startMs + steps.get(i + 1)});
      wheel.arm(node, steps.get(i + 1));
    }

    loops.advance(100_000);

    for (int i = 0; i < nodes.size(); i++) {
      assertThat(nodes.get(i).firedAtMs).hasSize(1);
      assertThat(nodes.get(i).firedAtMs.get(0)).isBetween(due.get(i)[0], due.get(i)[0] + SLACK_MS);
    }
    assertThat(wheel.size()).isZero();
  }
}
