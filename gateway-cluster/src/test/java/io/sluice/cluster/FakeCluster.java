package io.sluice.cluster;

import com.hazelcast.map.EntryProcessor;
import io.sluice.channel.FakeLoops;
import io.sluice.channel.History;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A cluster without threads, sockets or time of its own: what nodes send each other are steps that
 * a test carries out, holds back, doubles or loses. One store owns all channels, another has the
 * copies; a store may be killed and comes back empty, and nodes go on all the same.
 */
@NullMarked
final class FakeCluster {

  /** No store. */
  static final int NONE = -1;

  /** How long after a copy was refused, or a store was lost, the copies are made anew. */
  private static final long SYNC_MS = 500;

  private static final int MANY = 1_000_000;

  final FakeLoops loops;
  final List<FakeStore> stores = new ArrayList<>();
  final List<FakeNode> nodes = new ArrayList<>();
  int owner;
  int backup = 1;

  /** How often all copies of the records were lost. */
  int lost;

  /** How many stores were killed. */
  int killed;

  /** What is on its way, from the oldest on. */
  final List<Step> way = new ArrayList<>();

  /** Steps that stay where they are. */
  private Predicate<Step> held = step -> false;

  private long syncAtMs = Long.MAX_VALUE;

  /** What a step carries. */
  enum Kind {
    /** A question to the owner. */
    ASK,
    /** What the owner's backup is to take over. These stay in their order. */
    COPY,
    /** An answer to who has asked. */
    ANSWER,
    /** What one node tells another. */
    HINT
  }

  /**
   * Something on its way.
   *
   * @param node that has asked, or that is told
   * @param what is carried
   * @param arrives what happens when it does
   * @param fails what happens if it never does
   */
  record Step(Kind kind, FakeNode node, Object what, Runnable arrives, Consumer<Throwable> fails) {
    boolean is(Class<?> type) {
      return type.isInstance(what);
    }
  }

  FakeCluster(int count) {
    this(count, History.DEFAULT, new SplittableRandom(1), 30_000);
  }

  FakeCluster(int count, History history, SplittableRandom random, long lingerMs) {
    loops = new FakeLoops(count);
    for (int i = 0; i < count; i++) {
      stores.add(new FakeStore(history, loops::nowMs, random.split()));
    }
    for (int i = 0; i < count; i++) {
      nodes.add(new FakeNode(this, i, lingerMs));
    }
    loops.settle();
  }

  FakeNode node(int index) {
    return nodes.get(index);
  }

  FakeStore owner() {
    return stores.get(owner);
  }

  @Nullable ChannelRecord record(String channel) {
    return owner().records.get(channel);
  }

  /** From now on such steps wait until they are {@link #release}d. */
  void hold(Predicate<Step> which) {
    held = which;
  }

  /** Nothing is held any more. */
  void release() {
    held = step -> false;
  }

  /** Those on their way that are of a kind. */
  List<Step> all(Kind kind) {
    return way.stream().filter(step -> step.kind() == kind).toList();
  }

  void arrive(Step step) {
    way.remove(step);
    step.arrives().run();
  }

  void lose(Step step) {
    fail(step, new IllegalStateException("no answer"));
  }

  void fail(Step step, Throwable why) {
    way.remove(step);
    step.fails().accept(why);
  }

  /** A backup says that it has taken over what it has not. */
  void pretend(Step step) {
    FakeStore deaf = stores.get(backup);
    Map<String, ChannelRecord> before = new HashMap<>();
    deaf.records.forEach((channel, record) -> before.put(channel, deaf.arrived(record)));
    arrive(step);
    deaf.records.clear();
    deaf.records.putAll(before);
  }

  <R> Future<R> ask(
      FakeNode from, String channel, EntryProcessor<String, ChannelRecord, R> question) {
    Promise<R> promise = Promise.promise();
    way.add(
        new Step(
            Kind.ASK,
            from,
            question,
            () -> run(from, channel, question, promise),
            promise::tryFail));
    return promise.future();
  }

  private <R> void run(
      FakeNode from,
      String channel,
      EntryProcessor<String, ChannelRecord, R> sent,
      Promise<R> promise) {
    EntryProcessor<String, ChannelRecord, R> question = owner().arrived(sent);
    R answer = owner().run(channel, question);
    EntryProcessor<String, ChannelRecord, R> copy = question.getBackupProcessor();
    if (copy == null || backup == NONE) {
      answer(from, answer, promise);
      return;
    }
    way.add(
        new Step(
            Kind.COPY,
            from,
            copy,
            () -> copy(channel, copy, () -> answer(from, answer, promise), promise),
            why -> unconfirmed(promise)));
  }

  private void copy(
      String channel,
      EntryProcessor<String, ChannelRecord, ?> sent,
      Runnable answer,
      Promise<?> promise) {
    if (backup == NONE) {
      unconfirmed(promise);
      return;
    }
    FakeStore store = stores.get(backup);
    try {
      store.run(channel, store.arrived(sent));
      answer.run();
    } catch (Hole hole) {
      unconfirmed(promise);
    }
  }

  /** The backup has not acknowledged; it is brought up to date as a whole before long. */
  private void unconfirmed(Promise<?> promise) {
    syncAtMs = Math.min(syncAtMs, loops.nowMs() + SYNC_MS);
    promise.tryFail("the backup has not acknowledged");
  }

  private <R> void answer(FakeNode to, R answer, Promise<R> promise) {
    R arrived = stores.get(to.index).arrived(answer);
    way.add(
        new Step(Kind.ANSWER, to, arrived, () -> promise.tryComplete(arrived), promise::tryFail));
  }

  void hint(FakeNode from, long[] to, Peers.Hint hint) {
    for (long number : to) {
      from.counted.message("hints");
      FakeNode node = nodes.get((int) number - 1);
      way.add(new Step(Kind.HINT, node, hint, () -> node.broker.hinted(hint), why -> {}));
    }
  }

  /** The owner is killed: its backup owns from now on, what was on its way is lost. */
  void killOwner() {
    stores.get(owner).clear();
    killed++;
    if (backup == NONE) {
      lost++;
    } else {
      owner = backup;
      backup = NONE;
    }
    for (Step step : List.copyOf(way)) {
      if (step.kind() != Kind.HINT) {
        lose(step);
      }
    }
    syncAtMs = loops.nowMs() + SYNC_MS;
  }

  /** The owner and the backup are killed together. */
  void loseAll() {
    killOwner();
    killOwner();
  }

  /** Another store owns from now on, and has all that this one had; it knows no followers. */
  void move() {
    sync();
    int before = owner;
    owner = backup;
    backup = before;
  }

  /** The copies are made anew; what is on its way to them comes too late. */
  void sync() {
    int to = backup == NONE ? (owner + 1) % stores.size() : backup;
    stores.get(to).copy(owner());
    backup = to;
    all(Kind.COPY).forEach(this::lose);
    syncAtMs = Long.MAX_VALUE;
  }

  /** Time has gone by. */
  void tick() {
    if (loops.nowMs() >= syncAtMs) {
      sync();
    }
  }

  /** Carries everything out that is not held, in its order, until nothing is left. */
  void settle() {
    for (int i = 0; i < MANY; i++) {
      loops.settle();
      Step next = way.stream().filter(step -> !held.test(step)).findFirst().orElse(null);
      if (next == null) {
        return;
      }
      arrive(next);
    }
    throw new AssertionError("the cluster never comes to rest");
  }

  /** The same while time goes by, without rounds of repair. */
  void advance(long ms) {
    settle();
    for (long left = ms; left > 0; left -= 10) {
      loops.advance(Math.min(left, 10));
      tick();
      settle();
    }
  }

  /** What a node asks the owner in a round of repair, and mends. */
  void compare(FakeNode node) {
    loops.on(node.index, () -> node.loopBroker().sumUp(summary -> compare(node, summary)));
  }

  private void compare(FakeNode node, Summary summary) {
    Compare.Told told = new Compare.Told(Map.of(0, summary.digest(0)), summary.changes());
    Compare question = new Compare(owner().keeper, partition -> true, node.number(), told);
    Differences answer = stores.get(node.index).arrived(owner().arrived(question).call());
    Map<String, Differences.Entry> entries = new HashMap<>();
    answer.entries().forEach(entry -> entries.put(entry.channel(), entry));
    node.loopBroker().mend(Set.copyOf(answer.partitions()), entries, count -> {});
  }

  /** One round of repair of every node, and what follows from it. */
  void round() {
    nodes.forEach(this::compare);
    advance(300);
  }
}
