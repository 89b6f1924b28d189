package io.sluice.cluster;

import io.sluice.channel.Broker;
import io.sluice.channel.Loop;
import io.sluice.channel.Start;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * Asks records, and asks again for a while: reading changes nothing. Every method runs on the loop.
 */
final class Looks {

  /** How long after a failed look the next one is made, and for how long. */
  private static final long AGAIN_MS = 100;

  private static final long TRY_MS = 5_000;

  private final Loop loop;
  private final LoopBroker.Parts parts;

  Looks(Loop loop, LoopBroker.Parts parts) {
    this.loop = loop;
    this.parts = parts;
  }

  /** The answer of the owner, once the backups have confirmed it and this node may go on. */
  Future<Sliced> look(String channel, Look.Query query) {
    Promise<Sliced> promise = Promise.promise();
    look(channel, query, loop.nowMs() + TRY_MS, promise);
    return promise.future();
  }

  /** All that a record has, from its first event on. */
  Future<Sliced> whole(String channel) {
    Start first = new Start.Rewind(Integer.MAX_VALUE);
    return look(channel, new Look.Query(first, false, Look.WHOLE, parts.node(), 0, 0));
  }

  private void look(String channel, Look.Query query, long untilMs, Promise<Sliced> promise) {
    parts.metrics().operation("look");
    loop.receive(
        parts.owners().look(channel, query),
        result -> {
          Broker.Unavailable refusal = parts.vitals().refusal();
          boolean answered = result.succeeded() && result.result().isAnswered();
          if (answered && refusal == null) {
            promise.complete(result.result());
          } else if (refusal == null && loop.nowMs() < untilMs) {
            loop.after(AGAIN_MS, () -> look(channel, query, untilMs, promise));
          } else if (refusal != null) {
            promise.fail(refusal);
          } else {
            promise.fail(result.failed() ? unavailable(result.cause()) : noMajority());
          }
        });
  }

  static Broker.Unavailable noMajority() {
    return new Broker.Unavailable("the owner of the channel sees no majority of nodes");
  }

  static Broker.Unavailable unavailable(Throwable cause) {
    return cause instanceof Broker.Unavailable known
        ? known
        : new Broker.Unavailable("the owner of the channel does not answer");
  }
}
