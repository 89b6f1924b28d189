package io.sluice.cluster;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Loop;
import io.sluice.channel.log.ChannelLog;
import io.sluice.channel.log.DueLogs;
import io.sluice.channel.log.Share;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The tails of one loop: which channels are followed, what they keep within bounds, and when they
 * are left. Every method runs on the loop.
 */
final class Tails {

  private static final long SWEEP_MS = 1_000;

  /** What a history that is configured anew costs, in looks at a tail. */
  private static final int RETUNED = 4;

  private final Loop loop;
  private final LoopBroker.Parts parts;
  private final Map<String, Tail> all = new HashMap<>();
  private final DueLogs due = new DueLogs();
  private final Share memory;
  private Broker.@Nullable Listener listener;
  private volatile int size;
  private long versions;
  private boolean sweeping;

  Tails(Loop loop, LoopBroker.Parts parts, Share memory) {
    this.loop = loop;
    this.parts = parts;
    this.memory = memory;
  }

  void listener(Broker.Listener receiver) {
    listener = receiver;
  }

  /** Does something to each tail, some in each turn. */
  void each(ToIntFunction<Tail> each, Runnable end) {
    Turns.through(loop, all.values(), this::has, new Turns.Step(each, end));
  }

  /** Readers that this node has of a tail's channel now. */
  int readers(Tail tail) {
    return listener == null ? 0 : listener.readers(tail.channel);
  }

  @Nullable Tail find(String channel) {
    return all.get(channel);
  }

  /** Whether a tail is still the channel's. */
  boolean has(Tail tail) {
    return all.get(tail.channel) == tail;
  }

  Collection<Tail> all() {
    return all.values();
  }

  /** How many there are. Any thread may ask. */
  int size() {
    return size;
  }

  /** Begins to follow a channel that is not followed; the owner is to be told. */
  Tail add(String channel) {
    Tail tail = new Tail(channel, parts.owners().partition(channel), nextVersion());
    all.put(channel, tail);
    size = all.size();
    scheduleSweep();
    return tail;
  }

  /** A number for a follow, higher than all before. */
  long nextVersion() {
    return ++versions;
  }

  /** Ends a tail; nobody is told. */
  void remove(Tail tail) {
    counting(tail, () -> tail.lose(tail.version));
    all.remove(tail.channel);
    size = all.size();
  }

  /** The channel cannot be served now: its readers come back later. */
  void unavailable(String channel, Broker.Unavailable why) {
    if (listener != null) {
      listener.onUnavailable(channel, why);
    }
  }

  /** The channel's readers read on from where they stand. */
  void reset(String channel) {
    if (listener != null) {
      listener.onReset(channel);
    }
  }

  /** Takes what comes next of a batch, and tells it. */
  void show(Tail tail, Batch batch) {
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
  void counting(Tail tail, Runnable change) {
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
        parts.metrics().tailShortened();
        long bytes = log.memoryBytes();
        log.dropOldest();
        memory.take(log.memoryBytes() - bytes);
        due.add(log);
      }
    }
  }

  private void scheduleSweep() {
    if (!sweeping) {
      sweeping = true;
      loop.after(SWEEP_MS, this::sweep);
    }
  }

  private void sweep() {
    each(
        tail -> {
          boolean over = !tail.wanted && tail.isFollowing() && loop.nowMs() >= tail.leaveAtMs;
          if (over) {
            leave(tail);
          }
          return over ? Turns.OPERATION : 1;
        },
        this::expire);
  }

  private void expire() {
    long now = loop.nowMs();
    for (int left = Turns.WORK; due.isDue(now); left--) {
      if (left == 0) {
        loop.nextTurn(this::expire);
        return;
      }
      ChannelLog log = due.takeFirst();
      if (log != null) {
        long bytes = log.memoryBytes();
        log.expire(now);
        memory.take(log.memoryBytes() - bytes);
        due.add(log);
      }
    }
    sweeping = false;
    if (!all.isEmpty()) {
      scheduleSweep();
    }
  }

  /** Histories are configured anew: tails keep no more than the records do. */
  void retune() {
    each(this::retune, () -> {});
  }

  private int retune(Tail tail) {
    ChannelLog log = tail.log();
    if (log == null) {
      return 1;
    }
    counting(tail, () -> log.retune(parts.boundsOf().apply(tail.channel)));
    return RETUNED;
  }

  private void leave(Tail tail) {
    remove(tail);
    parts.metrics().operation("unfollow");
    parts.owners().unfollow(tail.channel, tail.version);
  }
}
