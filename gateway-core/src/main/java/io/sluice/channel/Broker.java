package io.sluice.channel;

import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Orders, keeps and distributes events. Every method may be answered by another machine.
 *
 * <p>The contract that each broker passes is {@code BrokerContract}:
 *
 * <ul>
 *   <li>One total order for each channel; offsets of an epoch are dense.
 *   <li>An event is shown (listener, follow, read, inspect) only when it is stored as safely as the
 *       broker promises, and what was shown is never taken back inside an epoch.
 *   <li>After {@link #follow} has been answered, every later event reaches the listener at least
 *       once, or a {@link #read} tells it; batches may come repeated, late or not at all, and
 *       readers notice by position.
 *   <li>A gap is told when, and only when, an event after the position may be missing.
 * </ul>
 *
 * <p>Threading: any thread may call; futures complete, and the listener is called, on any thread.
 * Calls for one channel from one thread take effect in the order of the calls. A future fails with
 * {@link Unavailable} when the broker cannot answer now; every other outcome is a value.
 */
public interface Broker {

  /**
   * Appends one event, unless its id was seen before.
   *
   * <p>Completes when the event is stored.
   */
  Future<Published> publish(String channel, Publication publication);

  /**
   * Marks this node as a reader of the channel and gives a new reader's start and first page in one
   * step: what is appended after this answer reaches the listener. A new reader is shown the
   * history, never the floor that is kept for readers already attached. May be called again while
   * following; an unknown channel is made.
   */
  Future<Slice> follow(String channel, Start start, Page page);

  /** Reads on after a position that a reader attached on this node has come to. */
  Future<Slice> read(String channel, Position after, Page page);

  /** This node has no reader of the channel any more. */
  void unfollow(String channel);

  /** Empties the log: readers behind get the gap {@code deleted}. Answers the head. */
  Future<Position> delete(String channel);

  /** What the log of a channel holds, or null for an unknown channel. */
  Future<@Nullable Info> inspect(String channel);

  /** Up to {@code limit} known channels in the order of their names, after a name. */
  Future<List<Info>> list(String afterName, int limit);

  /**
   * Says that the histories of channels are configured anew. Logs follow soon, and drop what they
   * hold too much; what was dropped before stays dropped.
   */
  void retune();

  /** Sets who receives what arrives for followed channels. Called once, before anything else. */
  void listener(Listener listener);

  /** Receives what arrives for the channels that this node follows, and knows who reads them. */
  interface Listener {
    /** A run of events was appended. Any thread calls; must hand over and return. */
    void onBatch(Batch batch);

    /**
     * The broker can no longer serve a followed channel, and nothing will arrive for it: its
     * readers are sent away and follow again when they come back. Any thread calls; must hand over
     * and return.
     */
    void onUnavailable(String channel, Unavailable failure);

    /**
     * The log of a followed channel may have gone on otherwise than what was told: each reader
     * reads on from its position, and is told a gap if that is one. Any thread calls; must hand
     * over and return.
     */
    void onReset(String channel);

    /** Readers of a channel on this node now. Any thread may ask. */
    int readers(String channel);
  }

  /**
   * An event to publish.
   *
   * @param id of the publish
   * @param name event name or null
   * @param type content type or null
   * @param kind what the data is
   * @param data the bytes; handed over, never written again
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are shared, not compared
  record Publication(
      PublishId id, @Nullable String name, @Nullable String type, Event.Kind kind, byte[] data) {}

  /**
   * Names one publish, so that a retry appends nothing.
   *
   * @param text (credential, key, item) as one string
   * @param fromClient whether a client may repeat it; the gateway's own ids are repeated only by
   *     the broker itself
   */
  record PublishId(String text, boolean fromClient) {}

  /** The outcome of a publish. */
  sealed interface Published {
    /**
     * Stored.
     *
     * @param position of the event
     * @param repeated whether the id had been seen and nothing was appended now
     * @param elsewhere readers of the channel on other nodes, as they said within about the last
     *     second
     */
    record Stored(Position position, boolean repeated, int elsewhere) implements Published {}

    /** The id was seen with other content; nothing was appended. */
    record IdReused() implements Published {}

    /** No room to remember another id; nothing was appended. */
    record IdsFull() implements Published {}
  }

  /**
   * How much of a log one answer carries; at least one event where there is one.
   *
   * @param maxCount events
   * @param maxBytes {@link Event#sizeBytes()} of all events together
   */
  record Page(int maxCount, int maxBytes) {}

  /**
   * What was read.
   *
   * @param gap non-null if events are missing; the events then follow {@code gap.goOn()}
   * @param events what comes next, as much as the page allows; empty at the head
   * @param head the log's head at that moment
   */
  record Slice(@Nullable Gap gap, Batch events, Position head) {}

  /**
   * A channel's state.
   *
   * @param channel name
   * @param head position of the last event
   * @param count events held in the history
   * @param bytes of those events
   * @param followed whether this broker knows of a node that follows it
   * @param elsewhere readers of it on other nodes, as they said within about the last second
   */
  record Info(
      String channel, Position head, int count, long bytes, boolean followed, int elsewhere) {}

  /** The broker cannot answer now; trying again later may help. Carries no stack trace. */
  final class Unavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean perhapsDone;

    /** Nothing was done. */
    public Unavailable(String message) {
      this(message, false);
    }

    private Unavailable(String message, boolean perhapsDone) {
      super(message, null, false, false);
      this.perhapsDone = perhapsDone;
    }

    /** It is not known whether what was asked for was done. */
    public static Unavailable afterPerhaps(String message) {
      return new Unavailable(message, true);
    }

    /** Whether what was asked for may have been done. */
    public boolean isPerhapsDone() {
      return perhapsDone;
    }
  }
}
