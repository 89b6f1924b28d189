package io.sluice.channel.local;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.History;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.log.Budget;
import io.sluice.channel.log.ChannelLog;
import io.sluice.channel.log.DueLogs;
import io.sluice.channel.log.Fingerprint;
import io.sluice.channel.log.Share;
import io.sluice.channel.log.UseOrder;
import io.sluice.metrics.Metrics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The channels that one loop owns: their logs, what they cost, and when they go.
 *
 * <p>Every method runs on that loop.
 */
final class Shard {

  private static final long SWEEP_MS = 1_000;

  /** Records looked at in one turn of the loop; a longer sweep goes on in the next turn. */
  private static final int SWEEP_STEP = 1_000;

  private final Loop loop;
  private final LocalBroker.Settings settings;
  private final Node node;
  private final RandomGenerator random;
  private final PublishIds ids;
  private final Map<String, ChannelLog> logs = new HashMap<>();

  /** One object for all logs that keep the same. */
  private final Map<History, ChannelLog.Bounds> bounds = new HashMap<>();

  private final UseOrder unborn = new UseOrder();
  private final UseOrder idle = new UseOrder();
  private final DueLogs due = new DueLogs();
  private final Share history;
  private final Share identities;
  private Broker.@Nullable Listener listener;
  private List<Shard> siblings = List.of();
  private boolean relieving;
  private boolean sweeping;

  /** What all shards of a node share. */
  record Node(
      Budget history,
      Budget identities,
      Budget publishIds,
      AtomicInteger channels,
      Metrics metrics) {}

  Shard(Loop loop, LocalBroker.Settings settings, Node node, RandomGenerator random) {
    this.loop = loop;
    this.settings = settings;
    this.node = node;
    this.random = random;
    this.history = new Share(node.history);
    this.identities = new Share(node.identities);
    this.ids = new PublishIds(node.publishIds, settings.keepIdsMs());
  }

  Loop loop() {
    return loop;
  }

  /** All shards of the node, this one among them. Before anything else. */
  void siblings(List<Shard> shards) {
    siblings = shards;
  }

  /** The node is over a budget and this shard has no more than its share: the others have. */
  private void askOthers() {
    for (Shard other : siblings) {
      if (other != this) {
        other.loop.execute(other::relieve);
      }
    }
  }

  private void relieve() {
    relieving = true;
    fitHistory();
    fitIdentities(null);
    relieving = false;
  }

  void listener(Broker.Listener listener) {
    this.listener = listener;
  }

  Broker.Published publish(String channel, Broker.Publication publication) {
    long now = loop.nowMs();
    ids.expire(now);
    if (!publication.id().fromClient()) {
      return new Broker.Published.Stored(append(channel, publication, now), false, 0);
    }
    byte[] fingerprint = Fingerprint.of(publication);
    String id = publication.id().text();
    PublishIds.Remembered first = ids.find(channel, id);
    if (first != null) {
      return Arrays.equals(first.fingerprint(), fingerprint)
          ? new Broker.Published.Stored(first.position(), true, 0)
          : new Broker.Published.IdReused();
    }
    if (!ids.tryReserve()) {
      node.metrics.limitsHit.labelValues("publish.publish-ids.max").inc();
      return new Broker.Published.IdsFull();
    }
    Position position = append(channel, publication, now);
    ids.add(new PublishIds.Remembered(channel, id, position, fingerprint, now));
    scheduleSweep();
    return new Broker.Published.Stored(position, false, 0);
  }

  private Position append(String channel, Broker.Publication publication, long now) {
    ChannelLog log = use(channel, now);
    Position before = log.head();
    Event event =
        new Event(
            before.offset() + 1,
            random.nextInt(),
            publication.name(),
            publication.type(),
            publication.kind(),
            publication.data(),
            settings.wallClockMs().getAsLong());
    if (!log.isFollowed() && !log.born()) {
      unborn.remove(log);
      idle.add(log);
    }
    long memory = log.memoryBytes();
    dropped("expired", log.expire(now));
    dropped("trimmed", log.append(event, now));
    history.take(log.memoryBytes() - memory);
    queue(log);
    fitHistory();
    if (log.isFollowed() && listener != null) {
      listener.onBatch(new Batch(channel, before, List.of(event)));
    }
    return new Position(log.epoch(), event.offset(), event.stamp());
  }

  Broker.Slice follow(String channel, Start start, Broker.Page page) {
    ChannelLog log = fresh(channel);
    if (!log.isFollowed()) {
      order(log).remove(log);
      log.followed(true);
    }
    return log.open(start, page);
  }

  Broker.Slice read(String channel, Position after, Broker.Page page) {
    return fresh(channel).read(after, page);
  }

  void unfollow(String channel) {
    ChannelLog log = logs.get(channel);
    if (log != null && log.isFollowed()) {
      log.followed(false);
      log.used(loop.nowMs());
      order(log).add(log);
      fitIdentities(null);
    }
  }

  Position delete(String channel) {
    ChannelLog log = fresh(channel);
    long memory = log.memoryBytes();
    dropped("deleted", log.delete());
    history.take(log.memoryBytes() - memory);
    return log.head();
  }

  Broker.@Nullable Info inspect(String channel) {
    ChannelLog log = logs.get(channel);
    if (log == null) {
      return null;
    }
    expire(log, loop.nowMs());
    return new Broker.Info(channel, log.head(), log.count(), log.bytes(), log.isFollowed(), 0);
  }

  /** The first names of this shard after a name, in order. */
  List<Broker.Info> list(String afterName, int limit) {
    return logs.keySet().stream()
        .filter(name -> name.compareTo(afterName) > 0)
        .sorted()
        .limit(limit)
        .map(this::inspect)
        .toList();
  }

  int channelCount() {
    return logs.size();
  }

  /** The channel's record, made if there is none, without what is too old. */
  private ChannelLog fresh(String channel) {
    long now = loop.nowMs();
    ChannelLog log = use(channel, now);
    expire(log, now);
    return log;
  }

  private ChannelLog use(String channel, long now) {
    ChannelLog log = logs.get(channel);
    if (log == null) {
      log = new ChannelLog(channel, random.nextLong(), bounds(channel));
      log.used(now);
      admit(log);
      fitIdentities(log);
      scheduleSweep();
      return log;
    }
    log.used(now);
    if (!log.isFollowed()) {
      order(log).remove(log);
      order(log).add(log);
    }
    return log;
  }

  private ChannelLog.Bounds bounds(String channel) {
    return bounds.computeIfAbsent(settings.historyOf().apply(channel), this::bounds);
  }

  private ChannelLog.Bounds bounds(History kept) {
    return new ChannelLog.Bounds(
        kept,
        settings.floor(),
        settings.regionBytes(),
        node.metrics.limitsHit.labelValues("channels.floor.bytes")::inc,
        node.metrics.limitsHit.labelValues("channels.floor.age")::inc);
  }

  private void admit(ChannelLog log) {
    logs.put(log.channel(), log);
    node.channels.incrementAndGet();
    order(log).add(log);
    identities.take(identityBytes(log));
  }

  private UseOrder order(ChannelLog log) {
    return log.born() ? idle : unborn;
  }

  private static long identityBytes(ChannelLog log) {
    return (long) ChannelLog.IDENTITY_BYTES + log.channel().length();
  }

  /** Forgets what is needed least until the identities fit; never {@code spared}. */
  private void fitIdentities(@Nullable ChannelLog spared) {
    while (identities.hasToGive()) {
      ChannelLog victim = unborn.leastRecent();
      if (victim == null || victim == spared) {
        victim = idle.leastRecent();
      }
      if (victim == null || victim == spared) {
        return;
      }
      node.metrics.limitsHit.labelValues("channels.identity-memory").inc();
      forget(victim, "budget");
    }
    if (identities.isExceeded() && !relieving) {
      askOthers();
    }
  }

  private void forget(ChannelLog log, String reason) {
    order(log).remove(log);
    logs.remove(log.channel());
    node.channels.decrementAndGet();
    due.remove(log);
    identities.take(-identityBytes(log));
    history.take(-log.memoryBytes());
    log.release();
    node.metrics.channelsForgotten.labelValues(reason).inc();
  }

  /** Drops the events that would expire first until all events of the node fit. */
  private void fitHistory() {
    while (history.hasToGive()) {
      if (due.isEmpty()) {
        return;
      }
      ChannelLog log = due.takeFirst();
      if (log != null && log.hasEvents()) {
        node.metrics.limitsHit.labelValues("channels.history-memory").inc();
        long memory = log.memoryBytes();
        dropped("budget", log.dropOldest() ? 1 : 0);
        history.take(log.memoryBytes() - memory);
        queue(log);
      }
    }
    if (history.isExceeded() && !relieving) {
      askOthers();
    }
  }

  /** Asks anew which history each log keeps; some logs in each turn of the loop. */
  void retune() {
    bounds.clear();
    retune(List.copyOf(logs.values()), 0);
  }

  private void retune(List<ChannelLog> all, int from) {
    int to = Math.min(all.size(), from + SWEEP_STEP);
    for (ChannelLog log : all.subList(from, to)) {
      if (logs.get(log.channel()) == log) {
        long memory = log.memoryBytes();
        dropped("trimmed", log.retune(bounds(log.channel())));
        history.take(log.memoryBytes() - memory);
        expire(log, loop.nowMs());
        queue(log);
      }
    }
    if (to < all.size()) {
      loop.execute(() -> retune(all, to));
    }
  }

  private void expire(ChannelLog log, long now) {
    long memory = log.memoryBytes();
    dropped("expired", log.expire(now));
    history.take(log.memoryBytes() - memory);
  }

  private void dropped(String reason, int count) {
    if (count > 0) {
      node.metrics.eventsDropped.labelValues(reason).inc(count);
    }
  }

  private void queue(ChannelLog log) {
    if (due.add(log)) {
      scheduleSweep();
    }
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
    ids.expire(now);
    int left = SWEEP_STEP;
    while (left > 0 && sweepOne(now)) {
      left--;
    }
    if (left == 0) {
      sweeping = true;
      loop.execute(this::sweep);
    } else if (!due.isEmpty() || !ids.isEmpty() || !logs.isEmpty()) {
      scheduleSweep();
    }
  }

  private boolean sweepOne(long now) {
    if (due.isDue(now)) {
      ChannelLog log = due.takeFirst();
      if (log != null) {
        expire(log, now);
        queue(log);
      }
      return true;
    }
    return forgetOverdue(unborn, now) || forgetOverdue(idle, now);
  }

  private boolean forgetOverdue(UseOrder order, long now) {
    ChannelLog oldest = order.leastRecent();
    if (oldest == null || now - oldest.usedMs() < settings.rememberMs()) {
      return false;
    }
    forget(oldest, "remember");
    return true;
  }

  /** This shard's part of the state file. */
  SavedState save() {
    long now = loop.nowMs();
    List<ChannelLog.Saved> saved = new ArrayList<>();
    for (ChannelLog log : logs.values()) {
      expire(log, now);
      saved.add(log.save(now));
    }
    List<SavedState.Id> savedIds = new ArrayList<>();
    for (PublishIds.Remembered id : ids.all()) {
      savedIds.add(
          new SavedState.Id(
              id.channel(), id.id(), id.position(), id.fingerprint(), now - id.atMs()));
    }
    return new SavedState(saved, savedIds);
  }

  /** Takes over saved records of channels that this shard owns. Before anything else is asked. */
  void restore(SavedState state) {
    long now = loop.nowMs();
    for (ChannelLog.Saved saved : state.logs()) {
      ChannelLog log = ChannelLog.restore(saved, bounds(saved.channel()), now);
      admit(log);
      history.take(log.memoryBytes());
      expire(log, now);
      queue(log);
    }
    for (SavedState.Id id : state.ids()) {
      if (ids.tryReserve()) {
        ids.add(
            new PublishIds.Remembered(
                id.channel(), id.id(), id.position(), id.fingerprint(), now - id.ageMs()));
      }
    }
    fitIdentities(null);
    fitHistory();
    scheduleSweep();
  }
}
