package io.sluice.channel.hub;

import io.sluice.channel.Broker;
import io.sluice.channel.Gap;
import org.jspecify.annotations.Nullable;

/**
 * What a transport gives to its readers: where their events go. Several readers of one connection
 * may share a sink. Every call comes on the readers' loop.
 */
public interface Sink {

  /** The format of the bytes that {@link #onFrames} is to get; always the same. */
  WireFormat format();

  /** Whether the connection takes nothing more now. Then call {@link Reader#resume} later. */
  boolean isFull();

  /** Whether the bytes stay with the connection until its client takes them; then they count. */
  default boolean keepsBytes() {
    return true;
  }

  /**
   * Whether bytes are copied for this client alone, as by TLS, so that what is shared is not held.
   */
  default boolean copies() {
    return false;
  }

  /** Bytes of such copies that wait for the client; 0 when it is gone. */
  default long ownBytes() {
    return 0;
  }

  /**
   * The reader has its start. Comes once, before anything else; {@link Reader#position()} is the
   * position to go on from, after the gap if there is one.
   *
   * @param reader the reader
   * @param gap told at the start, or null
   */
  void onStart(Reader reader, @Nullable Gap gap);

  /**
   * The next events, from index {@code from} of the frames on. The frames are lent: retain what is
   * kept. {@link Reader#position()} still stands before the first of these events. What is written
   * without being sent is flushed if the sink asks for it: {@link Reader#flushLater}.
   *
   * @param more whether further calls for readers of this sink may come before its flush would; if
   *     not, whatever the sink sends at once saves that flush
   * @return how many events were taken, from 0 to all; fewer than all means that the sink is full
   */
  int onFrames(Reader reader, Frames frames, int from, boolean more);

  /** Events are missing; reading goes on at {@link Gap#goOn()}, the reader's position from now. */
  void onGap(Reader reader, Gap gap);

  /** The reader now waits at the head for what comes. May come again after it was behind. */
  void onHead(Reader reader);

  /**
   * Comes once in a part of the loop's turn in which {@link Reader#flushLater} or any other method
   * of this interface but {@link #onFrames} was called: flush what was written.
   */
  void flush();

  /** The broker cannot serve the reader, which is closed. */
  void onUnavailable(Reader reader, Broker.Unavailable failure);
}
