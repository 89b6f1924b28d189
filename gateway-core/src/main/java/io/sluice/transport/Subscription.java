package io.sluice.transport;

import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.hub.Reader;
import org.jspecify.annotations.Nullable;

/**
 * One channel of a stream or poll: its reader, and what of its position the client may be told.
 *
 * <p>Until its start is told the client stands where it said it stood, so that a cursor never skips
 * a gap that has not been told (CUR-5).
 */
final class Subscription {

  private String channel;
  private final int hash;
  private final Start start;
  private final @Nullable String ref;
  private @Nullable Reader reader;
  private @Nullable Gap untold;
  private boolean started;
  private boolean headReached;

  Subscription(SubscribeRequest.Asked asked) {
    this(asked, null);
  }

  /**
   * @param ref to come back in the answer to the command that asked for it, or null
   */
  Subscription(SubscribeRequest.Asked asked, @Nullable String ref) {
    this.channel = asked.channel();
    this.hash = Channel.hash(channel);
    this.start = asked.start();
    this.ref = ref;
  }

  String channel() {
    return channel;
  }

  int hash() {
    return hash;
  }

  /** Whether the client came with a cursor for this channel, usable or not. */
  boolean resumes() {
    return start instanceof Start.After || start instanceof Start.Unusable;
  }

  Start start() {
    return start;
  }

  @Nullable String ref() {
    return ref;
  }

  boolean isStarted() {
    return started;
  }

  void reader(Reader reader) {
    this.reader = reader;
    this.channel = reader.channel(); // one string for all readers of a channel
  }

  void started(@Nullable Gap gap) {
    started = true;
    untold = gap;
  }

  /** The gap that is still to be told, which from now on counts as told; null if there is none. */
  @Nullable Gap tellGap() {
    Gap gap = untold;
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

  private boolean isTold() {
    return started && untold == null;
  }

  /** What the client may be told of its position: a part, empty, or {@link Cursor#UNUSABLE}. */
  String part() {
    if (started && untold == null && reader != null) {
      return Cursor.part(hash, reader.position());
    }
    return start instanceof Start.After after
        ? Cursor.part(hash, after.position())
        : start instanceof Start.Unusable ? Cursor.UNUSABLE : "";
  }
}
