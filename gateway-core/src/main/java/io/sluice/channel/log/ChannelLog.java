package io.sluice.channel.log;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import io.sluice.channel.History;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One channel's record: its identity (epoch, head, stamps) and the events it keeps.
 *
 * <p>Kept events are {@code [first .. head]}; of these {@code [shown .. head]} are shown to new
 * readers, the ones before are the <em>floor</em>: dropped from the history a moment ago, still
 * there for readers that were attached. Each drop from the history is counted by the caller.
 *
 * <p>Owned by one loop. Everything here is plain arithmetic on offsets: no clock, no chance.
 */
public final class ChannelLog {

  /** What this object, its name and its place in the maps take, roughly, without any event. */
  public static final int IDENTITY_BYTES = 200;

  static final long NOT_QUEUED = Long.MAX_VALUE;

  private final String channel;
  private final long epoch;
  private Bounds bounds;

  /** Kept events; the last is the head. */
  private EventRing kept = new EventRing(1);

  private int headStamp;
  private int beforeFirstStamp;

  /** How many of the kept events, from the first on, are not shown to new readers: the floor. */
  private int hidden;

  private long deletedTo;
  private Gap.Reason lastDrop = Gap.Reason.TRIMMED;

  private long shownBytes;
  private long floorBytes;
  private long memoryBytes;

  /** Whether a node follows this channel. Followed records are not forgotten. */
  private boolean followed;

  /** When it was last used, on the owner's monotonic clock. */
  private long usedMs;

  /** When the shard looks at it next for what is too old; {@link #NOT_QUEUED} for never. */
  long queuedDueMs = NOT_QUEUED;

  /** Its place among the logs that are due. */
  int dueIndex = DueLogs.NOWHERE;

  /** Its neighbours in the order of use, while nobody follows it. */
  @Nullable ChannelLog lessRecent;

  @Nullable ChannelLog moreRecent;

  /**
   * What all logs of a shard that keep the same have in common.
   *
   * @param history what is kept for new readers
   * @param floor what is kept beside the history for readers already attached
   * @param regionBytes of the heap, see {@link Event#memoryBytes}
   * @param floorBytesHit hears of each event that goes because they are too many bytes
   * @param floorAgeHit hears of each that goes because it is too old
   */
  public record Bounds(
      History history,
      Floor floor,
      long regionBytes,
      Runnable floorBytesHit,
      Runnable floorAgeHit) {}

  public ChannelLog(String channel, long epoch, Bounds bounds) {
    this.channel = channel;
    this.epoch = epoch;
    this.bounds = bounds;
  }

  /**
   * A log that knows nothing of what was before a position: a copy of the end of another, to which
   * events are added as they come.
   */
  public static ChannelLog after(String channel, Position position, Bounds bounds) {
    ChannelLog log = new ChannelLog(channel, position.epoch(), bounds);
    log.kept = new EventRing(position.offset() + 1);
    log.headStamp = position.stamp();
    log.beforeFirstStamp = position.stamp();
    return log;
  }

  /** The channel's name. */
  public String channel() {
    return channel;
  }

  /** Which life of the log this is. */
  public long epoch() {
    return epoch;
  }

  /** Whether a node follows this channel. */
  public boolean isFollowed() {
    return followed;
  }

  public void followed(boolean now) {
    followed = now;
  }

  /** When it was last used, on the owner's monotonic clock. */
  public long usedMs() {
    return usedMs;
  }

  public void used(long nowMs) {
    usedMs = nowMs;
  }

  public Position head() {
    return new Position(epoch, kept.last(), headStamp);
  }

  /** Events shown to new readers. */
  public int count() {
    return kept.size() - hidden;
  }

  /** The first of them. */
  private long shown() {
    return kept.first() + hidden;
  }

  /** Bytes of the events shown to new readers. */
  public long bytes() {
    return shownBytes;
  }

  /** Memory of all kept events, floor included. */
  public long memoryBytes() {
    return memoryBytes;
  }

  public boolean hasEvents() {
    return kept.size() > 0;
  }

  /** Whether an event was ever appended. */
  public boolean born() {
    return kept.last() > 0;
  }

  /** When the oldest kept event has to go; only if there is one. */
  public long dueMs() {
    long appended = kept.appendedMs(kept.first());
    return appended + (hidden > 0 ? bounds.floor.maxAgeMs() : bounds.history.maxAgeMs());
  }

  /**
   * Appends an event whose offset is the next one, then drops what the history's bounds push out.
   *
   * @return how many events left the history
   */
  public int append(Event event, long nowMs) {
    kept.add(event, nowMs);
    headStamp = event.stamp();
    shownBytes += event.sizeBytes();
    memoryBytes += event.memoryBytes(bounds.regionBytes);
    int dropped = trimHistory();
    trimFloor(nowMs);
    return dropped;
  }

  private int trimHistory() {
    int dropped = 0;
    while (count() > 0 && overHistory()) {
      hideOldest(Gap.Reason.TRIMMED);
      dropped++;
    }
    return dropped;
  }

  private boolean overHistory() {
    int count = count();
    return count > bounds.history.maxCount()
        || (count > 1 && shownBytes > bounds.history.maxBytes());
  }

  /**
   * Drops what is too old.
   *
   * @return how many events left the history
   */
  public int expire(long nowMs) {
    int dropped = 0;
    while (count() > 0 && nowMs - kept.appendedMs(shown()) >= bounds.history.maxAgeMs()) {
      hideOldest(Gap.Reason.EXPIRED);
      dropped++;
    }
    trimFloor(nowMs);
    return dropped;
  }

  /**
   * Keeps within other bounds from now on, and drops what that does not hold. What was dropped
   * before stays dropped.
   *
   * @return how many events left the history
   */
  public int retune(Bounds wanted) {
    bounds = wanted;
    return trimHistory();
  }

  /** Drops the oldest kept event, whatever the history says: the node has no room for it. */
  public boolean dropOldest() {
    boolean wasShown = hidden == 0;
    if (wasShown) {
      hideOldest(Gap.Reason.TRIMMED);
    }
    forgetFirst();
    return wasShown;
  }

  /** Empties the log. Readers behind are told {@code deleted}. */
  public int delete() {
    int dropped = count();
    deletedTo = kept.last();
    lastDrop = Gap.Reason.DELETED;
    beforeFirstStamp = headStamp;
    release();
    return dropped;
  }

  /** Lets go of all events of a record that is forgotten: who still knows it must not hold them. */
  public void release() {
    kept.clear();
    hidden = 0;
    shownBytes = 0;
    floorBytes = 0;
    memoryBytes = 0;
  }

  private void hideOldest(Gap.Reason why) {
    Event event = kept.at(shown());
    hidden++;
    shownBytes -= event.sizeBytes();
    floorBytes += event.sizeBytes();
    lastDrop = why;
  }

  private void trimFloor(long nowMs) {
    while (hidden > 0) {
      boolean old = nowMs - kept.appendedMs(kept.first()) >= bounds.floor.maxAgeMs();
      if (!old && floorBytes <= bounds.floor.maxBytes()) {
        break;
      }
      (old ? bounds.floorAgeHit : bounds.floorBytesHit).run();
      forgetFirst();
    }
    kept.shrink();
  }

  private void forgetFirst() {
    Event event = kept.removeFirst();
    hidden--;
    floorBytes -= event.sizeBytes();
    memoryBytes -= event.memoryBytes(bounds.regionBytes);
    beforeFirstStamp = event.stamp();
  }

  /** Where a new reader starts and its first page; it is shown the history only. */
  public Broker.Slice open(Start start, Broker.Page page) {
    if (start instanceof Start.Head) {
      return slice(null, head(), page);
    }
    if (start instanceof Start.Rewind rewind) {
      long head = kept.last();
      long offset = Math.max(head - Math.min(rewind.count(), head), shown() - 1);
      return slice(null, positionAt(offset), page);
    }
    if (start instanceof Start.After after) {
      return after(after.position(), shown(), page);
    }
    return slice(new Gap(Gap.Reason.UNKNOWN, head()), head(), page);
  }

  /** Reads on for a reader that was attached: it may still have what the floor keeps. */
  public Broker.Slice read(Position after, Broker.Page page) {
    return after(after, kept.first(), page);
  }

  private Broker.Slice after(Position position, long oldest, Broker.Page page) {
    Gap gap = gapAt(position, oldest);
    return slice(gap, gap == null ? position : gap.goOn(), page);
  }

  private @Nullable Gap gapAt(Position position, long oldest) {
    if (position.epoch() != epoch) {
      return new Gap(Gap.Reason.EPOCH, positionAt(oldest - 1));
    }
    long offset = position.offset();
    long head = kept.last();
    if (offset > head) {
      return new Gap(Gap.Reason.UNKNOWN, head());
    }
    boolean stampKnown = offset == head || offset >= kept.first() - 1;
    if (stampKnown && stampAt(offset) != position.stamp()) {
      return new Gap(Gap.Reason.UNKNOWN, head());
    }
    if (offset == head || offset >= oldest - 1) {
      return null;
    }
    Gap.Reason reason = offset < deletedTo ? Gap.Reason.DELETED : lastDrop;
    return new Gap(reason, positionAt(oldest - 1));
  }

  /** The position after a kept event, or after the last one dropped, or the head. */
  private Position positionAt(long offset) {
    return new Position(epoch, offset, stampAt(offset));
  }

  private int stampAt(long offset) {
    if (offset == kept.last()) {
      return headStamp;
    }
    return offset == kept.first() - 1 ? beforeFirstStamp : kept.at(offset).stamp();
  }

  /**
   * Whether a position of this epoch stands at another event than the log has or had there; false
   * where the log cannot know, before what it keeps and beyond its head.
   */
  public boolean contradicts(Position position) {
    long offset = position.offset();
    boolean known = offset <= kept.last() && (offset == kept.last() || offset >= kept.first() - 1);
    return known && stampAt(offset) != position.stamp();
  }

  /** The position of which on all kept events fit a page; the head if not even the last does. */
  public Position fitting(Broker.Page page) {
    long offset = kept.last();
    long bytes = 0;
    while (offset >= shown() && kept.last() - offset < page.maxCount()) {
      bytes += kept.at(offset).sizeBytes();
      if (bytes > page.maxBytes()) {
        break;
      }
      offset--;
    }
    return positionAt(offset);
  }

  /** The position just before a kept event, or null if that or the event is not known any more. */
  public @Nullable Position before(long offset) {
    return offset >= kept.first() && offset <= kept.last() ? positionAt(offset - 1) : null;
  }

  /** How long ago a kept event was appended, in milliseconds. */
  public long ageMs(long offset, long nowMs) {
    return nowMs - kept.appendedMs(offset);
  }

  /** How long ago the oldest kept event was appended, in milliseconds; 0 if there is none. */
  public long oldestAgeMs(long nowMs) {
    return hasEvents() ? ageMs(kept.first(), nowMs) : 0;
  }

  /** Up to which offset the log was emptied on request; 0 if it never was. */
  public long deletedTo() {
    return deletedTo;
  }

  private Broker.Slice slice(@Nullable Gap gap, Position from, Broker.Page page) {
    List<Event> events = new ArrayList<>();
    long bytes = 0;
    for (long offset = from.offset() + 1; offset <= kept.last(); offset++) {
      Event event = kept.at(offset);
      bytes += event.sizeBytes();
      boolean full = events.size() == page.maxCount() || bytes > page.maxBytes();
      if (full && !events.isEmpty()) {
        break;
      }
      events.add(event);
    }
    return new Broker.Slice(gap, new Batch(channel, from, events), head());
  }

  /** Everything needed to go on after a restart; events with their ages. */
  public Saved save(long nowMs) {
    List<Event> events = new ArrayList<>();
    List<Long> ages = new ArrayList<>();
    for (long offset = kept.first(); offset <= kept.last(); offset++) {
      events.add(kept.at(offset));
      ages.add(nowMs - kept.appendedMs(offset));
    }
    return new Saved(
        channel,
        epoch,
        new long[] {kept.last(), kept.first(), shown(), deletedTo},
        new int[] {headStamp, beforeFirstStamp},
        lastDrop,
        nowMs - usedMs,
        events,
        ages);
  }

  /** Brings a saved record back under the bounds that are configured now. */
  public static ChannelLog restore(Saved saved, Bounds bounds, long nowMs) {
    ChannelLog log = new ChannelLog(saved.channel, saved.epoch, bounds);
    log.kept = new EventRing(saved.offsets[1]);
    log.hidden = (int) (saved.offsets[2] - saved.offsets[1]);
    log.deletedTo = saved.offsets[3];
    log.headStamp = saved.stamps[0];
    log.beforeFirstStamp = saved.stamps[1];
    log.lastDrop = saved.lastDrop;
    log.usedMs = nowMs - saved.idleMs;
    for (int i = 0; i < saved.events.size(); i++) {
      Event event = saved.events.get(i);
      log.kept.add(event, nowMs - saved.agesMs.get(i));
      log.memoryBytes += event.memoryBytes(bounds.regionBytes);
      if (event.offset() >= log.shown()) {
        log.shownBytes += event.sizeBytes();
      } else {
        log.floorBytes += event.sizeBytes();
      }
    }
    log.trimHistory();
    return log;
  }

  /**
   * A record as the state file has it.
   *
   * @param offsets head, first kept, first shown, deleted up to
   * @param stamps of the head, and of the event before the first kept
   * @param idleMs since its last use
   * @param agesMs of the events
   */
  @SuppressWarnings("ArrayRecordComponent") // moved once, not compared
  public record Saved(
      String channel,
      long epoch,
      long[] offsets,
      int[] stamps,
      Gap.Reason lastDrop,
      long idleMs,
      List<Event> events,
      List<Long> agesMs) {

    @Override
    public String toString() {
      return "Saved[" + channel + " " + Arrays.toString(offsets) + "]";
    }
  }
}
