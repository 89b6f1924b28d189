package io.sluice.channel.hub;

import io.sluice.channel.Batch;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Batches of one channel that go together to the loops with its readers. Made by the channel's home
 * loop; each loop tells when its readers have been given all of it.
 */
final class Round {

  private final String channel;
  private final AtomicInteger givers = new AtomicInteger();
  private List<Batch> batches;
  private volatile @Nullable Runnable waiting;

  /**
   * A round of one channel.
   *
   * @param batches in their order, at least one
   */
  Round(List<Batch> batches) {
    this.channel = batches.get(0).channel();
    this.batches = batches;
  }

  /** What a loop has to give, until it is {@link #done}. */
  List<Batch> batches() {
    return batches;
  }

  String channel() {
    return channel;
  }

  /** Goes to a loop. Call for every loop before the first may be {@link #done}. */
  void givenTo(int loops) {
    givers.set(loops);
  }

  /** A loop has given all of it, or has nobody to give it to. Any thread calls, once for a loop. */
  void done() {
    if (givers.decrementAndGet() == 0) {
      batches = List.of(); // the home loop keeps the round until the next
      Runnable told = waiting;
      if (told != null) {
        told.run();
      }
    }
  }

  /** Whether every loop has done its part. Any thread may ask. */
  boolean isOver() {
    return givers.get() <= 0;
  }

  /**
   * Has a task run when the last loop is done, on that loop; never if that was before, so ask
   * {@link #isOver} afterwards. Call from the home loop.
   */
  void whenOver(Runnable task) {
    waiting = task;
  }
}
