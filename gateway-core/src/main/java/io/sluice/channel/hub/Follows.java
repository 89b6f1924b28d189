package io.sluice.channel.hub;

import io.sluice.channel.Broker;
import io.sluice.channel.Start;
import io.vertx.core.Future;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Which loops of this node have readers of the channels whose home one loop is. Owned by that home
 * loop, so that joining before following, and leaving before unfollowing, are in order.
 */
final class Follows {

  private final Broker broker;
  private final int loopCount;
  private final Map<String, BitSet> loopsOf = new HashMap<>();

  Follows(Broker broker, int loopCount) {
    this.broker = broker;
    this.loopCount = loopCount;
  }

  /** The loop gets what arrives from now on, and the answer to a new reader's start. */
  Future<Broker.Slice> join(int loop, String channel, Start start, Broker.Page page) {
    loopsOf.computeIfAbsent(channel, name -> new BitSet(loopCount)).set(loop);
    return broker.follow(channel, start, page);
  }

  void leave(int loop, String channel) {
    BitSet loops = loopsOf.get(channel);
    if (loops == null) {
      return;
    }
    loops.clear(loop);
    if (loops.isEmpty()) {
      loopsOf.remove(channel);
      broker.unfollow(channel);
    }
  }

  void forEach(String channel, IntConsumer consumer) {
    BitSet loops = loopsOf.get(channel);
    if (loops != null) {
      for (int loop = loops.nextSetBit(0); loop >= 0; loop = loops.nextSetBit(loop + 1)) {
        consumer.accept(loop);
      }
    }
  }
}
