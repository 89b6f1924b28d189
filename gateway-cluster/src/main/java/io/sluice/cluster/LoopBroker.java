package io.sluice.cluster;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.log.ChannelLog;
import io.sluice.channel.log.Share;
import io.sluice.metrics.ClusterMetrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * One loop's part of a node in a cluster: the publishes, and the tails of the channels that are at
 * home on it.
 *
 * <p>Every method runs on the loop.
 */
final class LoopBroker implements Publishing.Shown {

  private final Loop loop;
  private final Parts parts;
  private final Publishing publishing;
  private final Tails tails;
  private final Looks looks;
  private final Mending mending;

  /**
   * What the loops of a node share.
   *
   * @param node its number
   * @param loops how many there are
   * @param boundsOf what the tail of a channel keeps, as its record does
   * @param lingerMs how long a channel is followed after its last reader left
   */
  record Parts(
      long node,
      int loops,
      Owners owners,
      Peers peers,
      Vitals vitals,
      Function<String, ChannelLog.Bounds> boundsOf,
      long lingerMs,
      ClusterMetrics metrics) {}

  LoopBroker(Loop loop, Parts parts, Share memory) {
    this.loop = loop;
    this.parts = parts;
    this.tails = new Tails(loop, parts, memory);
    this.looks = new Looks(loop, parts);
    this.mending =
        new Mending(
            loop,
            parts,
            tails,
            looks,
            (tail, reader) ->
                answer(tail, reader.start(), reader.page()).onComplete(reader.answer()));
    this.publishing =
        new Publishing(
            loop,
            new Publishing.Surroundings(
                parts.node(), parts.owners(), parts.vitals(), parts.metrics()),
            this);
  }

  Loop loop() {
    return loop;
  }

  void listener(Broker.Listener listener) {
    tails.listener(listener);
  }

  Collection<Tail> tails() {
    return tails.all();
  }

  /** What is followed here, in short; some in each turn. */
  void sumUp(Consumer<Summary> receiver) {
    Summary summary = new Summary();
    tails.each(
        tail -> {
          summary.add(tail, tails.readers(tail));
          return 1;
        },
        () -> receiver.accept(summary));
  }

  /** How many channels are followed. Any thread may ask. */
  int followed() {
    return tails.size();
  }

  /** Mends what differs from the owner of some partitions; the receiver hears of how many. */
  void mend(
      Set<Integer> partitions, Map<String, Differences.Entry> entries, IntConsumer differing) {
    mending.mend(partitions, entries, differing);
  }

  /** Histories are configured anew. */
  void retune() {
    tails.retune();
  }

  Future<Broker.Published> publish(String channel, Broker.Publication publication) {
    return publishing.publish(channel, publication);
  }

  Future<Broker.Slice> follow(String channel, Start start, Broker.Page page) {
    Broker.Unavailable refusal = parts.vitals().refusal();
    if (refusal != null) {
      return Future.failedFuture(refusal);
    }
    Tail known = tails.find(channel);
    Tail tail = known == null ? tails.add(channel) : known;
    tail.wanted = true;
    if (tail.isFollowing()) {
      return answer(tail, start, page);
    }
    Promise<Broker.Slice> promise = Promise.promise();
    tail.waiting.add(new Tail.Waiting(start, page, promise));
    if (known == null) {
      mending.begin(tail, start, page); // may be answered at once
    }
    return promise.future();
  }

  private Future<Broker.Slice> answer(Tail tail, Start start, Broker.Page page) {
    Broker.Slice slice = tail.answer(start, false, page);
    if (slice != null) {
      return Future.succeededFuture(slice);
    }
    if (tail.mayWiden(start)) {
      Promise<Broker.Slice> promise = Promise.promise();
      mending.widen(tail, new Tail.Waiting(start, page, promise));
      return promise.future();
    }
    return ask(tail, new Look.Query(start, false, page, parts.node(), 0, 0));
  }

  Future<Broker.Slice> read(String channel, Position after, Broker.Page page) {
    Broker.Unavailable refusal = parts.vitals().refusal();
    if (refusal != null) {
      return Future.failedFuture(refusal);
    }
    Start start = new Start.After(after);
    Tail tail = tails.find(channel);
    if (tail == null) {
      return looks.look(channel, Look.after(after, page, parts.node())).map(Sliced::slice);
    }
    Broker.Slice slice = tail.answer(start, true, page);
    return slice != null && !slice.events().isEmpty() // who asks knows of more
        ? Future.succeededFuture(slice)
        : ask(tail, Look.after(after, page, parts.node()));
  }

  void unfollow(String channel) {
    Tail tail = tails.find(channel);
    if (tail != null) {
      tail.wanted = false;
      tail.leaveAtMs = loop.nowMs() + parts.lingerMs();
    }
  }

  Future<Position> delete(String channel) {
    Promise<Position> promise = Promise.promise();
    parts.metrics().operation("delete");
    loop.receive(
        parts.owners().empty(channel),
        result -> {
          Broker.Unavailable refusal = parts.vitals().refusal();
          if (result.failed() || refusal != null) {
            promise.fail(refusal != null ? refusal : Looks.unavailable(result.cause()));
          } else if (!result.result().isDone()) {
            promise.fail(Looks.noMajority());
          } else {
            Position head = result.result().head();
            hint(
                result.result().followers(),
                new Peers.Hint(new Batch(channel, head, List.of()), true));
            emptied(channel, head);
            promise.complete(head);
          }
        });
    return promise.future();
  }

  private void emptied(String channel, Position head) {
    Tail tail = tails.find(channel);
    if (tail != null) {
      tails.counting(tail, () -> tail.emptied(head));
      mending.lookAround(tail);
    }
  }

  /** Another node says what was appended. */
  void hinted(Peers.Hint hint) {
    if (hint.emptied()) {
      emptied(hint.events().channel(), hint.events().follows());
    } else {
      mending.arrived(hint.events());
    }
  }

  @Override
  public long knownEpoch(String channel) {
    Tail tail = tails.find(channel);
    return tail == null || !tail.isFollowing() ? 0 : tail.head().epoch();
  }

  /** This node has published: it tells itself and the others. */
  @Override
  public void show(Batch events, long[] followers) {
    mending.arrived(events);
    hint(followers, new Peers.Hint(events, false));
  }

  private void hint(long[] followers, Peers.Hint hint) {
    int others = 0;
    for (long follower : followers) {
      others += follower == parts.node() ? 0 : 1;
    }
    if (others > 0) {
      long[] nodes = new long[others];
      int i = 0;
      for (long follower : followers) {
        if (follower != parts.node()) {
          nodes[i++] = follower;
        }
      }
      parts.peers().hint(nodes, hint);
    }
  }

  /** Nothing can be answered any more: every reader comes back later, here or elsewhere. */
  void sendAway(Broker.Unavailable why) {
    for (Tail tail : List.copyOf(tails.all())) {
      mending.failed(tail, why);
    }
  }

  /** Asks the record, once for all who ask the same. */
  private Future<Broker.Slice> ask(Tail tail, Look.Query query) {
    Promise<Broker.Slice> promise = Promise.promise();
    List<Promise<Broker.Slice>> same = tail.asked.get(query);
    if (same != null) {
      same.add(promise);
      return promise.future();
    }
    List<Promise<Broker.Slice>> waiting = new ArrayList<>(1);
    waiting.add(promise);
    tail.asked.put(query, waiting);
    int life = tail.life();
    loop.receive(
        looks.look(tail.channel, query),
        result -> {
          tail.asked.remove(query);
          if (result.succeeded() && tails.has(tail) && tail.life() == life) {
            mending.learn(tail, result.result());
          }
          if (result.succeeded() && isPast(tail, result.result().slice())) {
            Future<Broker.Slice> anew = ask(tail, query);
            waiting.forEach(anew::onComplete);
          } else if (result.succeeded()) {
            Broker.Slice slice = withHead(tail, result.result().slice());
            waiting.forEach(each -> each.complete(slice));
          } else {
            waiting.forEach(each -> each.fail(Looks.unavailable(result.cause())));
          }
        });
    return promise.future();
  }

  /** Whether a slice is of a life of the log that was over before it arrived. */
  private boolean isPast(Tail tail, Broker.Slice slice) {
    return tails.has(tail) && tail.isFollowing() && tail.head().epoch() != slice.head().epoch();
  }

  /**
   * A slice with the head that has been told meanwhile: who has joined the look after that was told
   * would wait at the older one.
   */
  private Broker.Slice withHead(Tail tail, Broker.Slice slice) {
    boolean older =
        tails.has(tail) && tail.isFollowing() && tail.head().offset() > slice.head().offset();
    return older ? new Broker.Slice(slice.gap(), slice.events(), tail.head()) : slice;
  }
}
