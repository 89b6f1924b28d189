package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.FakeLoops;
import io.sluice.channel.Loop;
import io.sluice.metrics.Metrics;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PulseTest {

  private final FakeLoops loops = new FakeLoops(2);

  @Test
  void aLoopThatStandsStillIsToldAndOneThatRunsIsNot() {
    Stoppable second = new Stoppable(loops.loop(1));
    Pulse pulse = new Pulse(List.of(loops.loop(0), second), new Metrics());
    pulse.start();
    loops.advance(60_000);
    assertThat(pulse.stuck(30_000)).isEmpty();

    second.stopped = true;
    loops.advance(29_000);
    assertThat(pulse.stuck(30_000)).isEmpty();
    loops.advance(2_000);
    assertThat(pulse.stuck(30_000)).containsExactly(1);

    second.goOn();
    loops.settle();
    assertThat(pulse.stuck(30_000)).isEmpty();
  }

  @Test
  void howLateTasksRunIsMeasured() {
    Metrics metrics = new Metrics();
    Stoppable loop = new Stoppable(loops.loop(0));
    new Pulse(List.of(loop), metrics).start();
    loops.settle();
    loop.stopped = true;
    loops.advance(2_500);
    loop.goOn();

    var lag = metrics.eventLoopLag.collect().getDataPoints().get(0);
    assertThat(lag.getCount()).isEqualTo(1);
    assertThat(lag.getSum()).isEqualTo(2.0);
  }

  /** A loop whose timers can be held back. */
  private static final class Stoppable implements Loop {
    private final Loop real;
    private final List<Runnable> held = new ArrayList<>();
    private boolean stopped;

    Stoppable(Loop real) {
      this.real = real;
    }

    void goOn() {
      stopped = false;
      List<Runnable> due = List.copyOf(held);
      held.clear();
      due.forEach(Runnable::run);
    }

    @Override
    public void execute(Runnable task) {
      real.execute(task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
      return real.after(
          delayMs,
          () -> {
            if (stopped) {
              held.add(task);
            } else {
              task.run();
            }
          });
    }

    @Override
    public boolean isCurrent() {
      return real.isCurrent();
    }

    @Override
    public long nowMs() {
      return real.nowMs();
    }

    @Override
    public int index() {
      return real.index();
    }
  }
}
