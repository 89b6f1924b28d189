package io.sluice.transport;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.channel.Loop;
import java.util.concurrent.TimeUnit;

/** A real event loop, the only one of its node. */
final class NettyLoop implements Loop {

  private final EventLoop eventLoop;

  NettyLoop(EventLoop eventLoop) {
    this.eventLoop = eventLoop;
  }

  @Override
  public void execute(Runnable task) {
    eventLoop.execute(task);
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    ScheduledFuture<?> scheduled = eventLoop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public boolean isCurrent() {
    return eventLoop.inEventLoop();
  }

  @Override
  public long nowMs() {
    return System.nanoTime() / 1_000_000;
  }

  @Override
  public int index() {
    return 0;
  }
}
