package io.sluice.channel;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/** The event loops of a Vert.x instance, for tests with real sockets. */
@NullMarked
public final class RealLoops {

  private final List<ContextInternal> contexts = new ArrayList<>();
  private final List<Loop> loops = new ArrayList<>();

  public RealLoops(Vertx vertx) {
    VertxInternal internal = (VertxInternal) vertx;
    for (EventExecutor executor : internal.nettyEventLoopGroup()) {
      EventLoop eventLoop = (EventLoop) executor;
      contexts.add(
          internal
              .contextBuilder()
              .withThreadingModel(ThreadingModel.EVENT_LOOP)
              .withEventLoop(eventLoop)
              .build());
      loops.add(new RealLoop(eventLoop, loops.size()));
    }
  }

  public List<Loop> all() {
    return List.copyOf(loops);
  }

  /** Runs something as Vert.x runs a verticle of this loop. */
  public void on(int index, Runnable task) {
    contexts.get(index).runOnContext(go -> task.run());
  }

  private record RealLoop(EventLoop eventLoop, int index) implements Loop {
    @Override
    public void execute(Runnable task) {
      eventLoop.execute(task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
      var scheduled = eventLoop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
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
  }
}
