package io.sluice.cluster;

import io.sluice.channel.Loop;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Reads records from their first event on, once for all readers that start before a tail: a node
 * whose clients all come here stood further back than the tail began. Every method runs on the
 * loop.
 */
final class Widening {

  private final Loop loop;
  private final Looks looks;
  private final BiConsumer<Tail, Sliced> wholes;
  private final BiConsumer<Tail, Tail.Waiting> answers;

  /**
   * Reads.
   *
   * @param wholes take what a record has, for a tail that may have ended
   * @param answers readers that waited for that
   */
  Widening(
      Loop loop,
      Looks looks,
      BiConsumer<Tail, Sliced> wholes,
      BiConsumer<Tail, Tail.Waiting> answers) {
    this.loop = loop;
    this.looks = looks;
    this.wholes = wholes;
    this.answers = answers;
  }

  /** The reader is answered when the record has been read, or could not be. */
  void widen(Tail tail, Tail.Waiting reader) {
    tail.widening.add(reader);
    if (tail.widening.size() == 1) {
      read(tail);
    }
  }

  private void read(Tail tail) {
    int life = tail.life();
    loop.receive(
        looks.whole(tail.channel),
        result -> {
          if (tail.life() == life) {
            tail.widened();
            if (result.succeeded()) {
              wholes.accept(tail, result.result());
            }
          }
          List<Tail.Waiting> waited = List.copyOf(tail.widening);
          tail.widening.clear();
          waited.forEach(each -> answers.accept(tail, each));
        });
  }
}
