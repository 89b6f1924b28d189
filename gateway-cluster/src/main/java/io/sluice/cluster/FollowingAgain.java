package io.sluice.cluster;

import io.sluice.channel.Loop;
import java.util.ArrayDeque;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells owners again what is followed, a bounded number at a time: a new owner knows nobody who
 * follows, of as many channels as a node reads. Every method runs on the loop.
 */
final class FollowingAgain {

  /** Channels of a loop whose owners are asked at the same time. */
  static final int MAX_ASKED = 512;

  private final Loop loop;
  private final Looks looks;
  private final Function<Tail, Look.@Nullable Query> query;
  private final BiConsumer<Tail, Sliced> answers;
  private final ArrayDeque<Tail> waiting = new ArrayDeque<>();
  private int asked;

  /**
   * Asks.
   *
   * @param query what is asked of a tail's owner; null if the tail has ended
   * @param answers of owners whose logs may be what the tails are the ends of
   */
  FollowingAgain(
      Loop loop,
      Looks looks,
      Function<Tail, Look.@Nullable Query> query,
      BiConsumer<Tail, Sliced> answers) {
    this.loop = loop;
    this.looks = looks;
    this.query = query;
    this.answers = answers;
  }

  /** Tells the owner of a tail, unless that is under way. */
  void tell(Tail tail) {
    if (!tail.followsAgain) {
      tail.followsAgain = true;
      waiting.add(tail);
      next();
    }
  }

  private void next() {
    while (asked < MAX_ASKED && !waiting.isEmpty()) {
      ask(waiting.remove());
    }
  }

  private void ask(Tail tail) {
    Look.Query asking = query.apply(tail);
    if (asking == null) {
      tail.followsAgain = false;
      return;
    }
    asked++;
    int life = tail.life();
    loop.receive(
        looks.look(tail.channel, asking),
        result -> {
          asked--;
          tail.followsAgain = false;
          if (result.succeeded() && tail.life() == life) {
            answers.accept(tail, result.result());
          } // else the next comparison finds out
          next();
        });
  }
}
