package io.sluice.cli.bench;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/** One reader: what it expects next, and whether it is connected. Belongs to its event loop. */
final class ReaderState {

  private final Mark mark = new Mark();
  private final int[] next;
  private final Tally tally;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private boolean ended;

  ReaderState(Tally tally, int lanes) {
    this.tally = tally;
    this.next = new int[lanes];
    Arrays.fill(next, 1);
  }

  /** Completes when the server has accepted it; fails with the words of its refusal. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  void onReady() {
    ready.complete(null);
  }

  void onRefused(String words) {
    ready.completeExceptionally(new LoadException(words));
  }

  /** Checks the events in some of the bytes that came. */
  void onBytes(ByteBuf bytes, int from, int length) {
    mark.scan(bytes, from, length, this::onMark);
  }

  private void onMark(int lane, int number, long publishedUs) {
    if (lane < next.length) {
      tally.onEvent(next, lane, number, publishedUs);
    }
  }

  /** The connection is gone; counts once. */
  void onClosed(String why) {
    if (ready.isDone() && !ready.isCompletedExceptionally() && !ended) {
      tally.onClosed();
    }
    ended = true;
    onRefused(why);
  }
}
