package io.sluice.transport;

import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.hub.Reader;
import io.sluice.channel.hub.Sink;
import org.jspecify.annotations.Nullable;

/**
 * One channel of a stream or poll: its reader, and what of its position the client may be told.
 *
 * <p>Until its start is told the client stands where it said it stood, so that a cursor never skips
 * a gap that has not been told (CUR-5). What it takes to tell it is kept no longer than that.
 */
final class Subscription {

  /** The one behind it in the list of its connection: {@link Subscriptions}. */
  @Nullable Subscription next;

  private String channel;
  private @Nullable Reader reader;

  /** Null once the client has been told where it starts. */
  private @Nullable Untold untold;

  private boolean started;
  private boolean headReached;

  /** A start that the client has not been told. */
  private static final class Untold {
    final Start start;
    final @Nullable String ref;
    @Nullable Gap gap;

    Untold(Start start, @Nullable String ref) {
      this.start = start;
      this.ref = ref;
    }
  }

  Subscription(SubscribeRequest.Asked asked) {
    this(asked, null);
  }

  /**
   * @param ref to come back in the answer to the command that asked for it, or null
   */
  Subscription(SubscribeRequest.Asked asked, @Nullable String ref) {
    this.channel = asked.channel();
    this.untold = new Untold(asked.start(), ref);
  }

  String channel() {
    return channel;
  }

  int hash() {
    return reader == null ? Channel.hash(channel) : reader.channelHash();
  }

  /** Whether the client came with a cursor for this channel, usable or not; until that is told. */
  boolean resumes() {
    Start start = start();
    return start instanceof Start.After || start instanceof Start.Unusable;
  }

  /** Where it begins; null once that is told. */
  @Nullable Start start() {
    return untold == null ? null : untold.start;
  }

  /** What comes back in the answer; null once that is given. */
  @Nullable String ref() {
    return untold == null ? null : untold.ref;
  }

  boolean isStarted() {
    return started;
  }

  /** Begins to read. Once. */
  void open(TransportLoop loop, Sink sink) {
    Start start = start();
    if (start == null) {
      throw new IllegalStateException("opened twice: " + channel);
    }
    Reader opened = loop.hub().open(loop.loop(), channel, start, sink);
    reader = opened;
    channel = opened.channel(); // one string for all readers of a channel
  }

  /** Its start is fixed. */
  void started(@Nullable Gap gap) {
    started = true;
    if (untold != null) {
      untold.gap = gap;
    }
  }

  /** The start counts as told from now on; the gap that is to be told with it, if there is one. */
  @Nullable Gap tellStart() {
    Gap gap = untold == null ? null : untold.gap;
    untold = null;
    return gap;
  }

  /** Notes that everything there was has been read; whether that is new. */
  boolean reachHead() {
    boolean first = !headReached;
    headReached = true;
    return first;
  }

  void close() {
    if (reader != null) {
      reader.close();
    }
  }

  void resume() {
    if (reader != null) {
      reader.resume();
    }
  }

  /** Whether the client may be told that it stands exactly at a position. */
  boolean standsAt(Position position) {
    return isTold() && reader != null && reader.standsAt(position);
  }

  /** The position that the client may be told, or null if something is to be told before. */
  @Nullable Position told() {
    return isTold() && reader != null ? reader.position() : null;
  }

  /** Whether the client may be told where the reader stands: nothing is missing before that. */
  private boolean isTold() {
    return started && (untold == null || untold.gap == null);
  }

  /** What the client may be told of its position: a part, empty, or {@link Cursor#UNUSABLE}. */
  String part() {
    if (isTold() && reader != null) {
      return Cursor.part(hash(), reader.position());
    }
    Start start = start();
    return start instanceof Start.After after
        ? Cursor.part(hash(), after.position())
        : start instanceof Start.Unusable ? Cursor.UNUSABLE : "";
  }
}
