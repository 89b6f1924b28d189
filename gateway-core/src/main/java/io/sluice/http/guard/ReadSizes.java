package io.sluice.http.guard;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How much a connection reads at once: more after a read that was filled, less after some that were
 * not. As Netty's own, in one object of 32 bytes for each connection instead of four of 144.
 */
final class ReadSizes implements RecvByteBufAllocator {

  private static final byte LEAST_LOG2 = 10;
  private static final byte FIRST_LOG2 = 11;
  private static final byte MOST_LOG2 = 16;
  static final int LEAST_BYTES = 1 << LEAST_LOG2;
  static final int MOST_BYTES = 1 << MOST_LOG2;

  /** Reads before other connections of the loop have their turn. */
  private static final int READS_PER_TURN = 16;

  @Override
  @SuppressWarnings("deprecation") // Netty says to return an ExtendedHandle, which this is
  public Handle newHandle() {
    return new Sizes();
  }

  private static final class Sizes implements ExtendedHandle {
    private byte sizeLog2 = FIRST_LOG2;
    private int attempted;
    private int last;
    private int total;
    private byte reads;
    private boolean small;
    private @Nullable ChannelConfig config;

    @Override
    public ByteBuf allocate(ByteBufAllocator alloc) {
      return alloc.ioBuffer(guess());
    }

    @Override
    public int guess() {
      return 1 << sizeLog2;
    }

    @Override
    public void reset(ChannelConfig of) {
      config = of;
      total = 0;
      reads = 0;
    }

    @Override
    public void incMessagesRead(int count) {
      reads += (byte) count;
    }

    @Override
    public void lastBytesRead(int bytes) {
      last = bytes;
      total += Math.max(0, bytes);
      if (bytes >= attempted && bytes > 0) {
        sizeLog2 = (byte) Math.min(MOST_LOG2, sizeLog2 + 2);
        small = false;
      }
    }

    @Override
    public int lastBytesRead() {
      return last;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
      attempted = bytes;
    }

    @Override
    public int attemptedBytesRead() {
      return attempted;
    }

    @Override
    public boolean continueReading() {
      return on() && attempted == last;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier mayBeMore) {
      return on() && mayBeMore.get();
    }

    private boolean on() {
      ChannelConfig now = config; // who reads may have had enough meanwhile
      return now != null && now.isAutoRead() && reads < READS_PER_TURN && total > 0;
    }

    @Override
    public void readComplete() {
      boolean little = total <= guess() >> 2;
      if (little && small) {
        sizeLog2 = (byte) Math.max(LEAST_LOG2, sizeLog2 - 1);
      }
      small = little && !small;
    }
  }
}
