package io.sluice.cluster;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.log.ChannelLog;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The end of a channel's log as this node has it, while it follows the channel. It may only say
 * yes: what it does not have, and every gap, the record is asked for. Owned by the channel's home
 * loop.
 */
final class Tail {

  /** Hints that wait for what comes before them. */
  static final int MAX_EARLY = 64;

  static final int UNTOLD = -1;

  final String channel;
  final int partition;

  /** Of the follow that the owner knows, or is being told. */
  long version;

  /** Whether this node has readers; else it only lingers, until {@link #leaveAtMs}. */
  boolean wanted = true;

  long leaveAtMs;

  /** Null until the owner has answered. */
  private @Nullable ChannelLog log;

  /** Who waits for the owner's first answer. */
  final List<Waiting> waiting = new ArrayList<>(0);

  /** What is being asked of the record, with those who wait for it. */
  final Map<Look.Query, List<Promise<Broker.Slice>>> asked = new HashMap<>(0);

  /** Arrived ahead of what comes before it. */
  final List<Batch> early = new ArrayList<>(0);

  /** Whether a look for what is missing is due or under way. */
  boolean repairing;

  /** The furthest that the record was seen, which the tail has yet to reach. */
  long knownHead;

  /** Whether the owner is being told again that this node follows, or waits to be told. */
  boolean followsAgain;

  /** Readers of this node that the owner has been told of; {@link #UNTOLD} if that got lost. */
  int toldReaders;

  /** How far the record was emptied when that was told last. */
  long deletedTo;

  /** Readers that start before this, while the record is read for all of them. */
  final List<Waiting> widening = new ArrayList<>(0);

  /** Whether it was, which is done once in a life. */
  private boolean widened;

  /** The record had nothing up to here: who wants more than the tail has gets all that there is. */
  private long nothingUpTo;

  /** Which of its logs this is: one that was lost, or begun anew, is another. */
  private int life;

  /** A reader's start that waits. */
  record Waiting(Start start, Broker.Page page, Promise<Broker.Slice> answer) {}

  /** What a batch is to a tail. */
  enum Fit {
    /** Some of it comes next. */
    NEXT,
    /** All of it is known. */
    KNOWN,
    /** Something before it is missing. */
    AHEAD,
    /** It belongs to a log that went another way. */
    FOREIGN
  }

  Tail(String channel, int partition, long version) {
    this.channel = channel;
    this.partition = partition;
    this.version = version;
  }

  boolean isFollowing() {
    return log != null;
  }

  @Nullable ChannelLog log() {
    return log;
  }

  /** Where it stands; only while it follows. */
  Position head() {
    return known().head();
  }

  private ChannelLog known() {
    if (log == null) {
      throw new IllegalStateException("channel " + channel + ": asked before the owner answered");
    }
    return log;
  }

  /** The owner has answered: from now on this is the end of its log. */
  void begin(Sliced answer, ChannelLog.Bounds bounds, long nowMs) {
    Batch end = answer.end();
    ChannelLog begun = ChannelLog.after(channel, end.follows(), bounds);
    for (int i = 0; i < end.events().size(); i++) {
      begun.append(end.events().get(i), nowMs - answer.ageMs(i));
    }
    log = begun;
    life++;
    deletedTo = answer.deletedTo();
    knownHead = Math.max(knownHead, answer.slice().head().offset()); // hints may have come early
  }

  /** What it has is not the owner's log any more: nothing is known until that answers anew. */
  void lose(long newVersion) {
    log = null;
    life++;
    version = newVersion;
    knownHead = 0;
    widened = false;
    nothingUpTo = 0;
  }

  int life() {
    return life;
  }

  /** The offset of the event before the first that is here for a reader that starts. */
  private static long before(ChannelLog log) {
    return log.head().offset() - log.count();
  }

  /** Whether a reader starts before this, and the record has not been read for such yet. */
  boolean mayWiden(Start start) {
    ChannelLog here = log;
    if (here == null || widened) {
      return false;
    }
    return start instanceof Start.Rewind
        || (start instanceof Start.After after
            && after.position().epoch() == here.epoch()
            && after.position().offset() < before(here));
  }

  /** The record was read for readers that start before this, or could not be: not again. */
  void widened() {
    widened = true;
  }

  /**
   * The record was read from its first event on: takes what lies before this, if that reaches as
   * far as here.
   */
  void widen(Sliced whole, ChannelLog.Bounds bounds, long nowMs) {
    ChannelLog here = log;
    Batch older = whole.slice().events();
    if (here == null || older.follows().epoch() != here.epoch()) {
      return;
    }
    Broker.Slice rest =
        here.read(older.last(), new Broker.Page(Integer.MAX_VALUE, Integer.MAX_VALUE));
    if (rest.gap() != null) {
      return;
    }
    nothingUpTo = older.follows().offset();
    if (nothingUpTo >= before(here)) {
      return;
    }
    ChannelLog wide = ChannelLog.after(channel, older.follows(), bounds);
    for (int i = 0; i < older.events().size(); i++) {
      wide.append(older.events().get(i), nowMs - whole.ageMs(i));
    }
    for (Event event : rest.events().events()) {
      wide.append(event, nowMs - here.ageMs(event.offset(), nowMs));
    }
    log = wide;
  }

  /** The answer to a reader, if it is here and is no gap. */
  Broker.@Nullable Slice answer(Start start, boolean attached, Broker.Page page) {
    ChannelLog here = log;
    if (here == null || start instanceof Start.Unusable) {
      return null;
    }
    boolean all = before(here) <= nothingUpTo;
    if (start instanceof Start.Rewind rewind && rewind.count() > here.count() && !all) {
      return null;
    }
    Broker.Slice slice =
        attached && start instanceof Start.After after
            ? here.read(after.position(), page)
            : here.open(start, page);
    return slice.gap() == null ? slice : null;
  }

  Fit fit(Batch batch) {
    ChannelLog here = known();
    Position at = here.head();
    if (batch.follows().epoch() != at.epoch() || here.contradicts(batch.follows())) {
      return Fit.FOREIGN;
    }
    if (batch.follows().offset() > at.offset()) {
      return Fit.AHEAD;
    }
    for (int i = 0; i < batch.events().size(); i++) {
      if (here.contradicts(batch.at(i))) {
        return Fit.FOREIGN;
      }
    }
    return batch.last().offset() <= at.offset() ? Fit.KNOWN : Fit.NEXT;
  }

  /** Takes what comes next of a batch that fits; answers that part. */
  Batch take(Batch batch, long nowMs) {
    ChannelLog here = known();
    Position at = here.head();
    int from = (int) (at.offset() - batch.follows().offset());
    List<Event> next = batch.events().subList(from, batch.events().size());
    for (Event event : next) {
      here.append(event, nowMs);
    }
    return from == 0 ? batch : new Batch(channel, at, next);
  }

  /** Notes a batch that waits for what comes before it; whether there was room. */
  boolean keepEarly(Batch batch) {
    knownHead = Math.max(knownHead, batch.last().offset());
    return early.size() < MAX_EARLY && early.add(batch);
  }

  /** Whether something is known to come before it can go on. */
  boolean isBehind() {
    return log != null && (!early.isEmpty() || knownHead > log.head().offset());
  }

  /** The log was emptied up to a position: the record is asked unless this stands just there. */
  void emptied(Position upTo) {
    ChannelLog here = log;
    if (here != null && here.head().equals(upTo)) {
      here.delete();
      deletedTo = upTo.offset();
    } else if (here != null && here.epoch() == upTo.epoch()) {
      knownHead = Math.max(knownHead, upTo.offset());
    }
  }
}
