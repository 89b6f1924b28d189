package io.sluice.server;

import io.netty.channel.EventLoop;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.channel.Loop;
import io.sluice.metrics.Metrics;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of Netty's event loops, as Vert.x runs it. */
final class VertxLoop implements Loop {

  private static final Logger LOG = LoggerFactory.getLogger(VertxLoop.class);

  private final EventLoop eventLoop;
  private final int index;
  private final LongSupplier clockMs;
  private final Metrics metrics;

  /**
   * @param clockMs monotonic, the same for all loops of the node
   */
  VertxLoop(EventLoop eventLoop, int index, LongSupplier clockMs, Metrics metrics) {
    this.eventLoop = eventLoop;
    this.index = index;
    this.clockMs = clockMs;
    this.metrics = metrics;
  }

  @Override
  public void execute(Runnable task) {
    eventLoop.execute(guarded(task));
  }

  /** Netty runs what a task hands over in the same turn, for up to a second. */
  @Override
  public void nextTurn(Runnable task) {
    if (eventLoop instanceof SingleThreadEventLoop loop) {
      loop.executeAfterEventLoopIteration(() -> execute(task));
    } else {
      execute(task);
    }
  }

  @Override
  public void afterAMoment(Runnable task) {
    eventLoop.schedule(guarded(task), 100, TimeUnit.MICROSECONDS);
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    ScheduledFuture<?> scheduled =
        eventLoop.schedule(guarded(task), delayMs, TimeUnit.MILLISECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public boolean isCurrent() {
    return eventLoop.inEventLoop();
  }

  @Override
  public long nowMs() {
    return clockMs.getAsLong();
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public String toString() {
    return "loop " + index;
  }

  /** Netty would keep a scheduled task's exception to itself. */
  private Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException bug) {
        LOG.error("a task of {} failed; the loop goes on", this, bug);
      } catch (OutOfMemoryError full) {
        metrics.outOfMemory("a task of an event loop", full);
      }
    };
  }
}
