package io.sluice.channel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Event loops without threads: a test runs their tasks one by one, in the order it wants, and moves
 * their clock.
 */
@NullMarked
public final class FakeLoops {

  private static final int MANY = 1_000_000;

  private final List<FakeLoop> loops = new ArrayList<>();
  private long nowMs = 1_000_000;
  private long timers;
  private @Nullable FakeLoop current;

  public FakeLoops(int count) {
    for (int i = 0; i < count; i++) {
      loops.add(new FakeLoop(i));
    }
  }

  public List<Loop> all() {
    return List.copyOf(loops);
  }

  public Loop loop(int index) {
    return loops.get(index);
  }

  public long nowMs() {
    return nowMs;
  }

  /** Runs a task as if it stood first in a loop's queue. */
  public void on(int index, Runnable task) {
    loops.get(index).runNow(task);
  }

  /** Runs the next task of a loop. */
  public boolean step(int index) {
    Runnable task = loops.get(index).tasks.poll();
    if (task == null) {
      return false;
    }
    loops.get(index).runNow(task);
    return true;
  }

  /** Tasks that wait on a loop. */
  public int waiting(int index) {
    return loops.get(index).tasks.size();
  }

  /** Runs everything on all loops, in turn, until nothing is left. */
  public void settle() {
    int steps = 0;
    boolean ran = true;
    while (ran) {
      ran = false;
      for (int i = 0; i < loops.size(); i++) {
        ran |= step(i);
      }
      if (++steps > MANY) {
        throw new AssertionError("the loops never come to rest");
      }
    }
  }

  /** Runs one task of a loop drawn by chance; false if all are at rest. */
  public boolean stepAny(RandomGenerator random) {
    List<FakeLoop> busy = loops.stream().filter(loop -> !loop.tasks.isEmpty()).toList();
    return !busy.isEmpty() && step(busy.get(random.nextInt(busy.size())).index);
  }

  /** Moves the clock, running what becomes due and everything that follows from it. */
  public void advance(long ms) {
    long end = nowMs + ms;
    settle();
    for (FakeTimer next = nextTimer(); next != null && next.atMs <= end; next = nextTimer()) {
      nowMs = Math.max(nowMs, next.atMs);
      next.loop.timers.remove(next);
      next.loop.runNow(next.task);
      settle();
    }
    nowMs = end;
  }

  /** Moves the clock, running what becomes due on one loop alone; the others stand still. */
  public void advanceAlone(int index, long ms) {
    FakeLoop loop = loops.get(index);
    nowMs += ms;
    for (FakeTimer next = loop.timers.peek();
        next != null && next.atMs <= nowMs;
        next = loop.timers.peek()) {
      loop.timers.remove(next);
      loop.runNow(next.task);
    }
    while (step(index)) {}
  }

  private @Nullable FakeTimer nextTimer() {
    return loops.stream()
        .map(loop -> loop.timers.peek())
        .filter(timer -> timer != null)
        .min(FakeTimer.ORDER)
        .orElse(null);
  }

  private record FakeTimer(FakeLoop loop, long atMs, long serial, Runnable task) {
    static final Comparator<FakeTimer> ORDER =
        Comparator.comparingLong(FakeTimer::atMs).thenComparingLong(FakeTimer::serial);
  }

  private final class FakeLoop implements Loop {
    private final int index;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<FakeTimer> timers = new PriorityQueue<>(FakeTimer.ORDER);

    FakeLoop(int index) {
      this.index = index;
    }

    void runNow(Runnable task) {
      FakeLoop before = current;
      current = this;
      try {
        task.run();
      } finally {
        current = before;
      }
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
      FakeTimer timer = new FakeTimer(this, nowMs + delayMs, FakeLoops.this.timers++, task);
      timers.add(timer);
      return () -> timers.remove(timer);
    }

    @Override
    public boolean isCurrent() {
      return current == this;
    }

    @Override
    public long nowMs() {
      return nowMs;
    }

    @Override
    public int index() {
      return index;
    }
  }
}
