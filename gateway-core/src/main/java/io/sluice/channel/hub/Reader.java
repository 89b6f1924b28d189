package io.sluice.channel.hub;

import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import org.jspecify.annotations.Nullable;

/** A subscriber's end in one channel. Belongs to one loop; every call is made there. */
public final class Reader {

  /** What a reader does now. */
  enum State {
    /** Its start has been asked for. */
    STARTING,
    /** At the head: takes what arrives. */
    LIVE,
    /** Behind, waiting for its turn. */
    READY,
    /** Behind, waiting for a page of the broker. */
    READING,
    /** Behind, and its sink is full. */
    WAITING,
    CLOSED;

    private static final State[] ALL = values();
  }

  private final LoopChannel channel;
  private final Sink sink;
  private long epoch;
  private long offset;
  private int stamp;

  /** Of the sink's format. */
  final byte formatId;

  /** Of the {@link State}: there are as many readers as connections, so that every byte counts. */
  private byte state;

  /** Whether it has waited for room in the page budget since its last page. */
  boolean starved;

  /** Its place in the channel's list of readers. */
  int index;

  Reader(LoopChannel channel, Sink sink) {
    this.channel = channel;
    this.sink = sink;
    this.formatId = (byte) sink.format().id();
    state(State.STARTING);
  }

  /** The channel's name. */
  public String channel() {
    return channel.name();
  }

  /** {@link io.sluice.channel.Channel#hash} of that. */
  public int channelHash() {
    return channel.hash();
  }

  State state() {
    return State.ALL[state];
  }

  @SuppressWarnings("EnumOrdinal") // kept nowhere but in this object
  void state(State now) {
    state = (byte) now.ordinal();
  }

  boolean isLive() {
    return state() == State.LIVE;
  }

  /** Just after the last event taken. Valid from {@link Sink#onStart} on. */
  public Position position() {
    return new Position(epoch, offset, stamp);
  }

  /** The offset of {@link #position()}, without making one. */
  public long offset() {
    return offset;
  }

  /** The sink takes bytes again: reading goes on if it had stopped. Cheap when it had not. */
  public void resume() {
    channel.hub().copies().recount(sink);
    if (state() == State.WAITING) {
      channel.hub().ready(this);
    }
  }

  /** The sink was written to and is to be flushed, once, before this turn of the loop ends. */
  public void flushLater() {
    channel.hub().touched(sink);
  }

  /** No more calls come to the sink for this reader. Idempotent. */
  public void close() {
    if (state() != State.CLOSED) {
      channel.remove(this);
      state(State.CLOSED);
      channel.hub().copies().recount(sink);
    }
  }

  Sink sink() {
    return sink;
  }

  LoopChannel loopChannel() {
    return channel;
  }

  void begin(Position position, @Nullable Gap gap) {
    moveTo(position);
    sink.onStart(this, gap);
  }

  void tell(Gap gap) {
    moveTo(gap.goOn());
    sink.onGap(this, gap);
    channel.hub().touched(sink);
  }

  /** Whether a batch that follows this position goes on exactly where this reader stands. */
  boolean standsBefore(Position follows) {
    return standsAt(follows);
  }

  /** Whether {@link #position()} is this one, without making it. */
  public boolean standsAt(Position other) {
    return offset == other.offset() && epoch == other.epoch() && stamp == other.stamp();
  }

  /** Whether everything in a batch of these ends lies behind this reader. */
  boolean isPast(Position last) {
    return isPast(last.epoch(), last.offset());
  }

  boolean isPast(long lastEpoch, long lastOffset) {
    return epoch == lastEpoch && offset >= lastOffset;
  }

  /** How many events there are from here to a head; 0 if that is not known. */
  long eventsUpTo(long headEpoch, long headOffset) {
    return state() == State.STARTING || epoch != headEpoch ? 0 : headOffset - offset;
  }

  /**
   * Gives frames to the sink from an event on.
   *
   * @return whether all were taken
   */
  boolean take(Frames frames, int from, boolean more) {
    int taken = sink.onFrames(this, frames, from, more);
    boolean all = from + taken == frames.count();
    if (taken > 0 && state() != State.CLOSED) {
      Event last = all ? frames.last() : frames.batch().events().get(from + taken - 1);
      epoch = frames.batch().follows().epoch();
      offset = last.offset();
      stamp = last.stamp();
    }
    return all;
  }

  private void moveTo(Position position) {
    epoch = position.epoch();
    offset = position.offset();
    stamp = position.stamp();
  }
}
