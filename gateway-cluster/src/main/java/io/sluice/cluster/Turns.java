package io.sluice.cluster;

import io.sluice.channel.Loop;
import java.util.Collection;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Goes through many tails without holding up their loop: a bounded amount of work, then the network
 * has its turn. What has ended meanwhile is left out, what has begun is not seen.
 */
final class Turns {

  /** Work of a turn at most, or a step more; a look at a tail is one. */
  static final int WORK = 2_000;

  /** What it costs to send an operation, in such looks. */
  static final int OPERATION = 20;

  private final Loop loop;
  private final Tail[] all;
  private final Predicate<Tail> there;
  private final ToIntFunction<Tail> step;
  private final Runnable end;
  private int next;

  private Turns(Loop loop, Tail[] all, Predicate<Tail> there, Step step) {
    this.loop = loop;
    this.all = all;
    this.there = there;
    this.step = step.each;
    this.end = step.end;
  }

  /**
   * What is done.
   *
   * @param each to a tail; answers the work that it was
   * @param end when all have had it
   */
  record Step(ToIntFunction<Tail> each, Runnable end) {}

  /** Begins at once. Call from the loop. */
  static void through(Loop loop, Collection<Tail> tails, Predicate<Tail> there, Step step) {
    new Turns(loop, tails.toArray(Tail[]::new), there, step).turn();
  }

  private void turn() {
    int left = WORK;
    while (next < all.length && left > 0) {
      Tail tail = all[next++];
      left -= there.test(tail) ? step.applyAsInt(tail) : 1;
    }
    if (next < all.length) {
      loop.nextTurn(this::turn);
    } else {
      end.run();
    }
  }
}
