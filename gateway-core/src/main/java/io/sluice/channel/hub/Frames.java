package io.sluice.channel.hub;

import io.netty.buffer.ByteBuf;
import io.sluice.channel.Batch;
import io.sluice.channel.Event;

/**
 * A batch as bytes of one wire format, shared by all readers of a loop.
 *
 * <p>The bytes of event {@code i} end at {@code ends[i]} and begin where those of the one before
 * end. Whoever keeps {@code bytes} for a connection keeps a retained duplicate or slice.
 */
public final class Frames {

  private final Batch batch;
  private final ByteBuf bytes;
  private final int[] ends;
  private final long address;
  private final Event last;

  /**
   * @param batch what is encoded, at least one event
   * @param bytes the encoded events, one after the other; nobody writes to them any more
   * @param ends for each event the index in {@code bytes} after its last byte
   */
  public Frames(Batch batch, ByteBuf bytes, int[] ends) {
    this.batch = batch;
    this.bytes = bytes;
    this.ends = ends;
    this.address = bytes.hasMemoryAddress() ? bytes.memoryAddress() : 0;
    this.last = batch.events().get(ends.length - 1);
  }

  public Batch batch() {
    return batch;
  }

  public ByteBuf bytes() {
    return bytes;
  }

  /** Events in it. */
  public int count() {
    return ends.length;
  }

  /** Where index 0 of the bytes lies in memory, for the kernel to read; 0 if that is not known. */
  public long address() {
    return address;
  }

  /** Where the bytes of an event begin. */
  public int begin(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }

  /** Where the bytes of an event end. */
  public int end(int index) {
    return ends[index];
  }

  /** Where the bytes of the last event end. */
  public int end() {
    return ends[ends.length - 1];
  }

  /** Shared bytes from an event to the end; the caller releases what it gets. */
  public ByteBuf from(int index) {
    return index == 0
        ? bytes.retainedDuplicate()
        : bytes.retainedSlice(begin(index), end() - begin(index));
  }

  /** The shared bytes of one event; the caller releases what it gets. */
  public ByteBuf event(int index) {
    return bytes.retainedSlice(begin(index), ends[index] - begin(index));
  }

  /** The same events in other bytes. */
  Frames in(ByteBuf other) {
    return new Frames(batch, other, ends);
  }

  Event last() {
    return last;
  }
}
