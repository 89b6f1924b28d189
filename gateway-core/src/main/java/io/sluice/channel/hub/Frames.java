package io.sluice.channel.hub;

import io.netty.buffer.ByteBuf;
import io.sluice.channel.Batch;

/**
 * A batch as bytes of one wire format, shared by all readers of a loop.
 *
 * <p>The bytes of event {@code i} end at {@code ends[i]} and begin where those of the one before
 * end. Whoever writes {@code bytes} to a connection writes a retained duplicate or slice.
 *
 * @param batch what is encoded
 * @param bytes the encoded events, one after the other
 * @param ends for each event the index in {@code bytes} after its last byte
 */
@SuppressWarnings("ArrayRecordComponent") // shared, not compared
public record Frames(Batch batch, ByteBuf bytes, int[] ends) {

  /** Where the bytes of an event begin. */
  public int begin(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }

  /** Shared bytes from an event to the end; the caller releases what it gets. */
  public ByteBuf from(int index) {
    return index == 0
        ? bytes.retainedDuplicate()
        : bytes.retainedSlice(begin(index), ends[ends.length - 1] - begin(index));
  }

  /** The shared bytes of one event; the caller releases what it gets. */
  public ByteBuf event(int index) {
    return bytes.retainedSlice(begin(index), ends[index] - begin(index));
  }
}
