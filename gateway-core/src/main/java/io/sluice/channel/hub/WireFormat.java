package io.sluice.channel.hub;

import io.netty.buffer.ByteBufAllocator;
import io.sluice.channel.Batch;

/**
 * Turns a batch into the bytes that every reader of this format gets. One instance for each format
 * and node, or, if it needs state, for each format and loop; it is called on one loop only then.
 */
public interface WireFormat {

  /** Which format this is, from 0 to {@link #COUNT} − 1: the index under which bytes are kept. */
  int id();

  /** Formats there may be. */
  int COUNT = 11;

  /**
   * Encodes a batch of at least one event. The caller owns the frames and releases them once.
   *
   * <p>Called once for each batch and loop, never per reader.
   */
  Frames encode(Batch batch, ByteBufAllocator allocator);
}
