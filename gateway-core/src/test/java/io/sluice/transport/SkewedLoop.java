package io.sluice.transport;

import io.sluice.channel.Loop;

/**
 * A loop whose clock a test can set ahead, as if the process had stood still; counts its timers.
 */
final class SkewedLoop implements Loop {

  private final Loop real;
  long skewMs;
  int timers;

  SkewedLoop(Loop real) {
    this.real = real;
  }

  @Override
  public void execute(Runnable task) {
    real.execute(task);
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    timers++;
    return real.after(
        delayMs,
        () -> {
          timers--;
          task.run();
        });
  }

  @Override
  public boolean isCurrent() {
    return real.isCurrent();
  }

  @Override
  public long nowMs() {
    return real.nowMs() + skewMs;
  }

  @Override
  public int index() {
    return real.index();
  }
}
