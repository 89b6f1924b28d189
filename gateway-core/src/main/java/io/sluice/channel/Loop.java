package io.sluice.channel;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.function.Consumer;

/**
 * One event loop: the owner of connections, readers and logs. Tests put their own in its place.
 *
 * <p>State that belongs to a loop is touched by tasks of that loop alone; whoever else wants
 * something of it hands a task over.
 */
public interface Loop {

  /** Runs a task on this loop, after the tasks handed over before. Any thread may call. */
  void execute(Runnable task);

  /**
   * Runs a task on this loop after it has looked at its network once more, without waiting for it.
   * Any thread may call.
   */
  default void nextTurn(Runnable task) {
    execute(task);
  }

  /**
   * Runs a task on this loop after some 100 µs, in which it sleeps if nothing else is to be done.
   * Call from this loop.
   */
  default void afterAMoment(Runnable task) {
    execute(task);
  }

  /** Runs a task on this loop after a delay. Call from this loop. */
  Timer after(long delayMs, Runnable task);

  /** Whether the caller runs on this loop. */
  boolean isCurrent();

  /** A monotonic clock in milliseconds; its zero means nothing. */
  long nowMs();

  /** Which of the node's loops this is, from 0. */
  int index();

  /** Runs at once if the caller is on this loop, else hands over. */
  default void run(Runnable task) {
    if (isCurrent()) {
      task.run();
    } else {
      execute(task);
    }
  }

  /** Brings a future's result, which may come on any thread, to this loop. */
  default <T> void receive(Future<T> future, Consumer<AsyncResult<T>> receiver) {
    if (future.isComplete() && isCurrent()) {
      receiver.accept(future);
    } else {
      future.onComplete(result -> run(() -> receiver.accept(result)));
    }
  }

  /** A task that has been scheduled. */
  interface Timer {
    /** Keeps the task from running, if it has not begun. Call from the loop. */
    void cancel();
  }
}
