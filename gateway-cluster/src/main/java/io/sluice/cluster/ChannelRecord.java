package io.sluice.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.log.ChannelLog;
import io.sluice.channel.log.RecordForm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A channel as its owner and its backups keep it: the log, the ids of recent publishes, and the
 * last request of each node. Touched by the thread of its partition alone; changed in place.
 *
 * <p>Made new in one place, by an operation that finds none: that is the only way to a new epoch.
 */
final class ChannelRecord implements IdentifiedDataSerializable {

  /**
   * How long the last request of a node is remembered: far longer than a node repeats one, which is
   * {@link Publishing#GIVE_UP_MS}.
   */
  static final long KEEP_MEMO_MS = 120_000;

  /** What a backup is sent again at most when a request is repeated. */
  private static final int MAX_REPEATED_BYTES = 4 << 20;

  /** What a record takes beside its log. */
  private static final int IDENTITY_BYTES = 160;

  private static final Memo[] NO_MEMOS = {};

  private final Keeper keeper;
  private ChannelLog log;
  private final RecordIds ids = new RecordIds();
  private Memo[] memos = NO_MEMOS;
  private long bornMs;
  private int partition;

  /** What the events were counted with. */
  private long countedBytes;

  private ChannelRecord(Keeper keeper, ChannelLog log) {
    this.keeper = keeper;
    this.log = log;
    this.bornMs = keeper.nowMs();
    log.used(bornMs);
    this.partition = Members.UNKNOWN;
  }

  /** A record whose fields are read next. */
  static ChannelRecord empty(Keeper keeper) {
    return new ChannelRecord(keeper, new ChannelLog("", 1, keeper.anyBounds()));
  }

  /** The first of a new life. */
  static ChannelRecord open(Keeper keeper, String channel, long epoch) {
    ChannelRecord record =
        new ChannelRecord(keeper, new ChannelLog(channel, epoch, keeper.bounds(channel)));
    record.partition = keeper.partition(channel);
    return record;
  }

  ChannelLog log() {
    return log;
  }

  Position head() {
    return log.head();
  }

  /** Roughly what it takes without any event. */
  long identityBytes() {
    return (long) IDENTITY_BYTES + ChannelLog.IDENTITY_BYTES + log.channel().length();
  }

  /** Counts what the events take now. */
  private void count() {
    keeper.held().takeHistory(partition, log.memoryBytes() - countedBytes);
    countedBytes = log.memoryBytes();
  }

  /** Drops what is too old, and what has to give way to the other channels of the node. */
  void sweep(long maxAgeMs) {
    expire();
    int gone = 0;
    while (log.oldestAgeMs(keeper.nowMs()) > maxAgeMs) {
      keeper.metrics().limitsHit.labelValues("channels.history-memory").inc();
      gone += log.dropOldest() ? 1 : 0;
    }
    keeper.dropped("budget", gone);
    countedBytes = log.memoryBytes(); // the sweep counts it
  }

  /** The node has no room for more events: the channel that grows gives of its own. */
  private void giveWay() {
    int gone = 0;
    while (log.memoryBytes() > countedBytes && log.count() > 1) {
      keeper.metrics().limitsHit.labelValues("channels.history-memory").inc();
      gone += log.dropOldest() ? 1 : 0;
    }
    keeper.dropped("budget", gone);
  }

  int idCount() {
    return ids.size();
  }

  /** Drops what is too old. */
  void expire() {
    long now = keeper.nowMs();
    keeper.dropped("trimmed", log.retune(keeper.bounds(log.channel())));
    keeper.dropped("expired", log.expire(now));
    keeper.held().takeIds(partition, -ids.expire(now - keeper.keepIdsMs()));
    while (memos.length > 0 && now - memos[0].atMs() > KEEP_MEMO_MS) {
      memos = Arrays.copyOfRange(memos, 1, memos.length);
    }
    count();
  }

  void used() {
    log.used(keeper.nowMs());
  }

  /** The last request of a node, if it is remembered. */
  @Nullable Memo memo(long node) {
    for (Memo memo : memos) {
      if (memo.node() == node) {
        return memo;
      }
    }
    return null;
  }

  /** How long ago it was made, at least: ages do not grow on their way to another node. */
  long ageMs(long nowMs) {
    return nowMs - bornMs;
  }

  /** Carries out a request that was not carried out before. */
  Appending append(PublishRequest request) {
    Position follows = head();
    long wallMs = keeper.wallMs();
    List<Outcome> outcomes = new ArrayList<>(request.items().size());
    List<Event> events = new ArrayList<>(request.items().size());
    for (PublishRequest.Item item : request.items()) {
      outcomes.add(append(item, wallMs, events));
    }
    Memo memo =
        new Memo(request.node(), request.serial(), follows, wallMs, outcomes, keeper.nowMs());
    remember(memo);
    if (keeper.held().isHistoryFull()) {
      giveWay();
    }
    count();
    return new Appending(memo, new Batch(log.channel(), follows, events));
  }

  /** What was done, and the events of it, which the log may have dropped already. */
  record Appending(Memo memo, Batch events) {}

  private Outcome append(PublishRequest.Item item, long wallMs, List<Event> events) {
    if (item.id() == null) {
      return append(item.event(head().offset() + 1, keeper.newStamp(), wallMs), events);
    }
    RecordIds.Id first = ids.find(item.id());
    if (first != null) {
      return Arrays.equals(first.fingerprint(), item.fingerprint())
          ? new Outcome(Outcome.Kind.REPEATED, first.offset(), first.stamp())
          : Outcome.ID_REUSED;
    }
    if (!keeper.held().tryTakeId(partition)) {
      keeper.metrics().limitsHit.labelValues("publish.publish-ids.max").inc();
      return Outcome.IDS_FULL;
    }
    Outcome appended = append(item.event(head().offset() + 1, keeper.newStamp(), wallMs), events);
    ids.add(
        new RecordIds.Id(
            item.id(), appended.offset(), appended.stamp(), item.fingerprint(), keeper.nowMs()));
    return appended;
  }

  private Outcome append(Event event, List<Event> events) {
    keeper.dropped("trimmed", log.append(event, keeper.nowMs()));
    events.add(event);
    return new Outcome(Outcome.Kind.APPENDED, event.offset(), event.stamp());
  }

  private void remember(Memo memo) {
    List<Memo> kept = new ArrayList<>(memos.length + 1);
    for (Memo other : memos) {
      if (other.node() != memo.node()) {
        kept.add(other);
      }
    }
    kept.add(memo); // from the oldest on
    memos = kept.toArray(NO_MEMOS);
  }

  /** What a backup needs to have what was done just now, and what it repeats. */
  <R> Grown<R> grown(PublishRequest request, Appending done, boolean fresh) {
    Batch own = done.events();
    long first = firstRepeated(done.memo().outcomes());
    Batch more = first <= own.follows().offset() ? since(first) : null;
    return more == null
        ? new Grown<>(keeper, fresh, own, named(request), List.of(done.memo()))
        : grown(fresh, more);
  }

  /** What a backup needs to have what was done when a request came before. */
  <R> Grown<R> grownAgain(PublishRequest request, Memo memo) {
    Batch more = since(Math.min(memo.follows().offset() + 1, firstRepeated(memo.outcomes())));
    return more == null
        ? new Grown<>(keeper, false, nothing(), named(request), List.of(memo))
        : grown(false, more);
  }

  /**
   * Events that others have published, too: a backup that takes them over needs to know their
   * requests again.
   */
  private <R> Grown<R> grown(boolean fresh, Batch events) {
    return new Grown<>(
        keeper, fresh, events, ids.from(events.follows().offset() + 1), List.of(memos));
  }

  private static long firstRepeated(List<Outcome> outcomes) {
    long first = Long.MAX_VALUE;
    for (Outcome outcome : outcomes) {
      if (outcome.hasEvent()) {
        first = Math.min(first, outcome.offset());
      }
    }
    return first;
  }

  private List<RecordIds.Id> named(PublishRequest request) {
    List<RecordIds.Id> named = new ArrayList<>();
    for (PublishRequest.Item item : request.items()) {
      RecordIds.Id id = item.id() == null ? null : ids.find(item.id());
      if (id != null) {
        named.add(id);
      }
    }
    return named;
  }

  /** What a backup needs to say that it has all of this record. */
  <R> Grown<R> confirmed(boolean fresh) {
    return new Grown<>(keeper, fresh, nothing(), List.of(), List.of());
  }

  /** The events from one on; null if it is not kept any more, or if they are too many to send. */
  private @Nullable Batch since(long first) {
    Position from = log.before(first);
    if (from == null) {
      return null;
    }
    Batch events = log.read(from, new Broker.Page(Integer.MAX_VALUE, MAX_REPEATED_BYTES)).events();
    return events.last().equals(head()) ? events : null;
  }

  /** No event, at the head: a backup that lacks any is not there. */
  private Batch nothing() {
    return new Batch(log.channel(), head(), List.of());
  }

  /**
   * Takes over on a backup what the owner did.
   *
   * @throws Hole if this record does not stand where that begins, or has other events there
   */
  void grow(Grown<?> grown) {
    Batch events = grown.events();
    Position at = head();
    if (events.follows().epoch() != log.epoch()) {
      throw new Hole("another epoch");
    }
    if (events.follows().offset() > at.offset() || log.contradicts(events.follows())) {
      throw new Hole("stands at " + at + ", not at " + events.follows());
    }
    if (events.last().offset() < at.offset()) {
      throw new Hole("stands at " + at + ", beyond " + events.last());
    }
    long now = keeper.nowMs();
    for (int i = 0; i < events.events().size(); i++) {
      Event event = events.events().get(i);
      if (event.offset() > at.offset()) {
        log.append(event, now);
      } else if (log.contradicts(events.at(i))) {
        throw new Hole("has another event " + event.offset());
      }
    }
    for (RecordIds.Id id : grown.ids()) {
      if (ids.add(id)) {
        keeper.held().takeIds(partition, 1);
      }
    }
    grown.memos().forEach(this::remember);
    log.used(now);
    expire();
  }

  /** Drops all events on request. */
  void empty() {
    keeper.dropped("deleted", log.delete());
    count();
  }

  Broker.Slice look(Start start, boolean attached, Broker.Page page) {
    return attached && start instanceof Start.After after
        ? log.read(after.position(), page)
        : log.open(start, page);
  }

  /**
   * The last events for a node that begins to follow: a few, or all if a reader starts before
   * those, because more of them will.
   */
  Batch end(Start start) {
    Position from = log.fitting(Look.END);
    boolean before =
        start instanceof Start.After after
            && after.position().epoch() == log.epoch()
            && after.position().offset() < from.offset();
    return log.read(before ? log.fitting(Look.WHOLE) : from, Look.WHOLE).events();
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.RECORD;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    long now = keeper.nowMs();
    RecordForm.writeLog(out, log.save(now));
    ids.write(out, now);
    Memo.write(out, List.of(memos), now);
    out.writeLong(now - bornMs);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    long now = keeper.nowMs();
    ChannelLog.Saved saved = RecordForm.readLog(in, 0);
    log = ChannelLog.restore(saved, keeper.bounds(saved.channel()), now);
    RecordIds.read(in, now).forEach(ids::add);
    memos = Memo.readAll(in, now).toArray(NO_MEMOS);
    bornMs = now - in.readLong();
    partition = keeper.partition(saved.channel());
    keeper.held().takeIds(partition, ids.size());
    count();
  }
}
