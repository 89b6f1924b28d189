package io.sluice.cluster;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.log.ChannelLog;
import io.sluice.channel.log.DueLogs;
import io.sluice.channel.log.Share;
import io.sluice.metrics.ClusterMetrics;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One loop's part of a node in a cluster: the tails of the channels that are at home on it.
 *
 * <p>Every method runs on the loop.
 */
final class LoopBroker implements Publishing.Shown {

  private static final Logger LOG = LoggerFactory.getLogger(LoopBroker.class);

  /** How long a hint that came ahead waits for what comes before it. */
  static final long EARLY_MS = 20;

  /** How long after a failed look the next one is made, and for how long. */
  private static final long AGAIN_MS = 100;

  private static final long TRY_MS = 5_000;

  private static final long SWEEP_MS = 1_000;

  /** What is asked of a record to fill a hole. */
  private static final Broker.Page HOLE = new Broker.Page(1_000, 1 << 20);

  private final Loop loop;
  private final Parts parts;
  private final Publishing publishing;
  private final Map<String, Tail> tails = new HashMap<>();
  private final DueLogs due = new DueLogs();
  private final Share memory;
  private Broker.@Nullable Listener listener;
  private long versions;
  private boolean sweeping;

  /**
   * What the loops of a node share.
   *
   * @param node its number
   * @param boundsOf what the tail of a channel keeps, as its record does
   * @param lingerMs how long a channel is followed after its last reader left
   */
  record Parts(
      long node,
      Owners owners,
      Peers peers,
      Vitals vitals,
      Function<String, ChannelLog.Bounds> boundsOf,
      long lingerMs,
      ClusterMetrics metrics) {}

  LoopBroker(Loop loop, Parts parts, Share memory) {
    this.loop = loop;
    this.parts = parts;
    this.memory = memory;
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
    this.listener = listener;
  }

  Collection<Tail> tails() {
    return tails.values();
  }

  int waitingPublishes() {
    return publishing.waiting();
  }

  Future<Broker.Published> publish(String channel, Broker.Publication publication) {
    return publishing.publish(channel, publication);
  }

  Future<Broker.Slice> follow(String channel, Start start, Broker.Page page) {
    Broker.Unavailable refusal = parts.vitals().refusal();
    if (refusal != null) {
      return Future.failedFuture(refusal);
    }
    Tail tail = tails.get(channel);
    if (tail == null) {
      tail = new Tail(channel, parts.owners().partition(channel), ++versions);
      tails.put(channel, tail);
      scheduleSweep();
      begin(tail, start, page, false);
    }
    tail.wanted = true;
    if (tail.isFollowing()) {
      return answer(tail, start, page);
    }
    Promise<Broker.Slice> promise = Promise.promise();
    tail.waiting.add(new Tail.Waiting(start, page, promise));
    return promise.future();
  }

  private Future<Broker.Slice> answer(Tail tail, Start start, Broker.Page page) {
    Broker.Slice slice = tail.answer(start, false, page);
    return slice != null
        ? Future.succeededFuture(slice)
        : ask(tail, new Look.Query(start, false, page, parts.node(), 0));
  }

  Future<Broker.Slice> read(String channel, Position after, Broker.Page page) {
    Broker.Unavailable refusal = parts.vitals().refusal();
    if (refusal != null) {
      return Future.failedFuture(refusal);
    }
    Start start = new Start.After(after);
    Tail tail = tails.get(channel);
    if (tail == null) {
      return look(channel, Look.after(after, page, parts.node())).map(Sliced::slice);
    }
    Broker.Slice slice = tail.answer(start, true, page);
    return slice != null
        ? Future.succeededFuture(slice)
        : ask(tail, Look.after(after, page, parts.node()));
  }

  void unfollow(String channel) {
    Tail tail = tails.get(channel);
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
            promise.fail(refusal != null ? refusal : unavailable(result.cause()));
          } else if (!result.result().isDone()) {
            promise.fail(noMajority());
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
    Tail tail = tails.get(channel);
    if (tail != null) {
      counting(tail, () -> tail.emptied(head));
    }
  }

  /** Another node says what was appended. */
  void hinted(Peers.Hint hint) {
    if (hint.emptied()) {
      emptied(hint.events().channel(), hint.events().follows());
    } else {
      arrived(hint.events());
    }
  }

  @Override
  public long knownEpoch(String channel) {
    Tail tail = tails.get(channel);
    return tail == null || !tail.isFollowing() ? 0 : tail.head().epoch();
  }

  /** This node has published: it tells itself and the others. */
  @Override
  public void show(Batch events, long[] followers) {
    arrived(events);
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

  /** Something that all backups have, for a channel that may be followed here. */
  private void arrived(Batch batch) {
    Tail tail = tails.get(batch.channel());
    if (tail == null) {
      return; // the next comparison tells the owner that nobody reads here
    }
    if (!tail.isFollowing()) {
      keepEarly(tail, batch);
      return;
    }
    switch (tail.fit(batch)) {
      case NEXT -> {
        show(tail, batch);
        drainEarly(tail);
      }
      case KNOWN -> {}
      case AHEAD -> {
        keepEarly(tail, batch);
        repairSoon(tail, EARLY_MS);
      }
      case FOREIGN -> restart(tail, "foreign");
    }
  }

  private void keepEarly(Tail tail, Batch batch) {
    if (!tail.keepEarly(batch)) {
      parts.metrics().hints("dropped", 1); // what it carried is read from the record
    }
  }

  private void show(Tail tail, Batch batch) {
    counting(
        tail,
        () -> {
          Batch next = tail.take(batch, loop.nowMs());
          if (listener != null) {
            listener.onBatch(next);
          }
        });
  }

  /** Does something to a tail's log, and accounts for what that takes. */
  private void counting(Tail tail, Runnable change) {
    ChannelLog before = tail.log();
    long bytes = before == null ? 0 : before.memoryBytes();
    change.run();
    ChannelLog after = tail.log();
    if (before != null && before != after) {
      due.remove(before);
    }
    memory.take((after == null ? 0 : after.memoryBytes()) - bytes);
    if (after != null) {
      due.add(after);
    }
    fit();
  }

  /** Drops the events that would expire first while the tails take too much. */
  private void fit() {
    while (memory.hasToGive() && !due.isEmpty()) {
      ChannelLog log = due.takeFirst();
      if (log != null && log.hasEvents()) {
        parts.metrics().hit("channels.history-memory");
        long bytes = log.memoryBytes();
        log.dropOldest();
        memory.take(log.memoryBytes() - bytes);
        due.add(log);
      }
    }
  }

  /** What waited may come next now. */
  private void drainEarly(Tail tail) {
    boolean again = true;
    while (again && !tail.early.isEmpty() && tail.isFollowing()) {
      again = false;
      for (int i = 0; i < tail.early.size(); i++) {
        Tail.Fit fit = tail.fit(tail.early.get(i));
        if (fit != Tail.Fit.AHEAD) {
          Batch batch = tail.early.remove(i);
          if (fit == Tail.Fit.NEXT) {
            show(tail, batch);
          } else if (fit == Tail.Fit.FOREIGN) {
            restart(tail, "foreign");
            return;
          }
          again = true;
          break;
        }
      }
    }
  }

  /** Looks for what is missing, unless it has come by then; one look at a time for a channel. */
  private void repairSoon(Tail tail, long afterMs) {
    if (!tail.repairing) {
      tail.repairing = true;
      loop.after(afterMs, () -> repair(tail));
    }
  }

  private void repair(Tail tail) {
    tail.repairing = false;
    if (tails.get(tail.channel) != tail || !tail.isBehind()) {
      return;
    }
    lookOnce(tail, "hole");
  }

  /** Reads on from where a tail stands, once. */
  private void lookOnce(Tail tail, String reason) {
    if (tail.repairing || !tail.isFollowing()) {
      return;
    }
    tail.repairing = true;
    parts.metrics().repair(reason);
    Position from = tail.head();
    ChannelLog asked = tail.log();
    loop.receive(
        look(tail.channel, Look.after(from, HOLE, parts.node())),
        result -> {
          tail.repairing = false;
          if (tails.get(tail.channel) != tail || tail.log() != asked) {
            return;
          }
          if (result.failed()) {
            repairSoon(tail, AGAIN_MS);
          } else if (result.result().slice().gap() != null) {
            restart(tail, "gap");
          } else {
            learn(tail, result.result());
            forgetWhatNeverWas(tail, result.result().slice().head());
          }
        });
  }

  /** What came early fits nowhere if the record does not reach so far. */
  private void forgetWhatNeverWas(Tail tail, Position head) {
    if (tail.isFollowing() && tail.head().equals(head) && !tail.early.isEmpty()) {
      tail.early.clear();
      tail.knownHead = head.offset();
    }
  }

  /** Takes what a look brought that comes next, and looks on if there is more. */
  private void learn(Tail tail, Sliced sliced) {
    Broker.Slice slice = sliced.slice();
    if (!tail.isFollowing()) {
      return;
    }
    if (slice.head().epoch() != tail.head().epoch()) {
      restart(tail, "epoch");
      return;
    }
    tail.knownHead = slice.head().offset();
    if (slice.gap() == null && !slice.events().isEmpty()) {
      Tail.Fit fit = tail.fit(slice.events());
      if (fit == Tail.Fit.NEXT) {
        show(tail, slice.events());
        drainEarly(tail);
      } else if (fit == Tail.Fit.FOREIGN) {
        restart(tail, "foreign");
        return;
      }
    }
    if (tail.isBehind()) {
      repairSoon(tail, EARLY_MS);
    }
  }

  /**
   * The tail is not the end of the owner's log: nothing of it counts any more. Readers ask the
   * record, which tells them what they missed.
   */
  private void restart(Tail tail, String reason) {
    if (tail.isFollowing()) {
      Position at = tail.head();
      LOG.debug("channel {}: the end is read again from {}: {}", tail.channel, at, reason);
      parts.metrics().repair(reason);
      counting(tail, () -> tail.lose(++versions));
      tail.early.clear();
      begin(tail, new Start.After(at), HOLE, true);
    }
  }

  /** Follows at the owner, with what the first who waits asks for. */
  private void begin(Tail tail, Start start, Broker.Page page, boolean again) {
    long version = tail.version;
    loop.receive(
        look(tail.channel, new Look.Query(start, false, page, parts.node(), version)),
        result -> {
          if (tails.get(tail.channel) == tail && tail.version == version) {
            begun(tail, result, again);
          }
        });
  }

  private void begun(Tail tail, AsyncResult<Sliced> result, boolean again) {
    if (result.failed()) {
      failed(tail, unavailable(result.cause()));
      return;
    }
    counting(
        tail,
        () -> tail.begin(result.result(), parts.boundsOf().apply(tail.channel), loop.nowMs()));
    List<Tail.Waiting> waited = new ArrayList<>(tail.waiting);
    tail.waiting.clear();
    for (int i = 0; i < waited.size(); i++) {
      Tail.Waiting each = waited.get(i);
      if (i == 0 && !again) {
        each.answer().complete(result.result().slice()); // this is what was asked
      } else {
        answer(tail, each.start(), each.page()).onComplete(each.answer());
      }
    }
    if (again && listener != null) {
      listener.onReset(tail.channel);
    }
    drainEarly(tail);
    if (tail.isBehind()) {
      repairSoon(tail, EARLY_MS);
    }
  }

  /** The channel cannot be followed now: who waits, and who reads, comes back later. */
  private void failed(Tail tail, Broker.Unavailable why) {
    counting(tail, () -> tail.lose(tail.version));
    tails.remove(tail.channel);
    tail.waiting.forEach(each -> each.answer().fail(why));
    tail.waiting.clear();
    if (listener != null) {
      listener.onUnavailable(tail.channel, why);
    }
  }

  /** Nothing can be answered any more: every reader comes back later, here or elsewhere. */
  void sendAway(Broker.Unavailable why) {
    for (Tail tail : List.copyOf(tails.values())) {
      failed(tail, why);
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
    ChannelLog asked = tail.log();
    loop.receive(
        look(tail.channel, query),
        result -> {
          tail.asked.remove(query);
          if (result.succeeded() && tails.get(tail.channel) == tail && tail.log() == asked) {
            learn(tail, result.result());
          }
          for (Promise<Broker.Slice> each : waiting) {
            if (result.succeeded()) {
              each.complete(result.result().slice());
            } else {
              each.fail(unavailable(result.cause()));
            }
          }
        });
    return promise.future();
  }

  /** Reading changes nothing, so that it is tried again at once when an owner is lost. */
  private Future<Sliced> look(String channel, Look.Query query) {
    Promise<Sliced> promise = Promise.promise();
    look(channel, query, loop.nowMs() + TRY_MS, promise);
    return promise.future();
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

  /** A new owner does not know who follows; what it has beyond the tail comes with its answer. */
  private void followAgain(Tail tail) {
    ChannelLog asked = tail.log();
    long version = ++versions;
    tail.version = version;
    parts.metrics().repair("owner");
    Start from = new Start.After(tail.head());
    loop.receive(
        look(tail.channel, new Look.Query(from, true, HOLE, parts.node(), version)),
        result -> {
          boolean current = tails.get(tail.channel) == tail && tail.log() == asked;
          if (current && result.succeeded()) {
            if (result.result().slice().gap() != null) {
              restart(tail, "gap");
            } else {
              learn(tail, result.result());
            }
          }
        });
  }

  /**
   * The owner of a channel stands elsewhere than this node's tail, or does not know that it
   * follows.
   */
  void differs(String channel, Difference difference) {
    Tail tail = tails.get(channel);
    if (tail == null || !tail.isFollowing()) {
      return;
    }
    switch (difference) {
      case UNKNOWN_THERE -> followAgain(tail);
      case OTHER_LIFE -> restart(tail, "epoch");
      case AHEAD -> lookOnce(tail, "digest");
    }
  }

  /** How an owner's view of a channel can differ from a tail. */
  enum Difference {
    /** The owner does not know that this node follows, or knows an older follow. */
    UNKNOWN_THERE,
    /** Another epoch, or events were deleted. */
    OTHER_LIFE,
    /** The owner has more events. */
    AHEAD
  }

  private void scheduleSweep() {
    if (!sweeping) {
      sweeping = true;
      loop.after(SWEEP_MS, this::sweep);
    }
  }

  private void sweep() {
    sweeping = false;
    long now = loop.nowMs();
    for (Tail tail : List.copyOf(tails.values())) {
      if (!tail.wanted && tail.isFollowing() && now >= tail.leaveAtMs) {
        leave(tail);
      }
    }
    while (due.isDue(now)) {
      ChannelLog log = due.takeFirst();
      if (log != null) {
        long bytes = log.memoryBytes();
        log.expire(now);
        memory.take(log.memoryBytes() - bytes);
        due.add(log);
      }
    }
    if (!tails.isEmpty()) {
      scheduleSweep();
    }
  }

  private void leave(Tail tail) {
    counting(tail, () -> tail.lose(tail.version));
    tails.remove(tail.channel);
    parts.metrics().operation("unfollow");
    parts.owners().unfollow(tail.channel, tail.version);
  }
}
