package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.sluice.channel.hub.WireFormat;
import io.sluice.http.CloseReason;
import io.sluice.metrics.Metrics;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Compresses and inflates the messages of all WebSockets of one loop: RFC 7692. No message refers
 * to another (no context takeover), so that a compressed event is the same for everyone, and a
 * connection keeps nothing between two messages. Touched by its loop alone.
 */
final class Deflation {

  /**
   * Below this a message goes as it is: little would be saved (a fifth of 200 bytes of JSON), and
   * every client would have to inflate it.
   */
  static final int MIN_BYTES = 256;

  /**
   * The loop serves nobody while it compresses: 7 ms for an event of 1 MiB, 35 ms by zlib's usual
   * level, which takes off a fifth more.
   */
  private static final int LEVEL = Deflater.BEST_SPEED;

  /** What the end of each flush looks like, and is not sent (RFC 7692 §7.2.1). */
  private static final int FLUSH_BYTES = 4;

  /**
   * What the client did not send of its flush, and an empty final block: it is found where it was
   * put only if the message ended where a block does.
   */
  private static final byte[] TAIL = {0, 0, -1, -1, 1, 0, 0, -1, -1};

  private static final int CHUNK_BYTES = 4096;

  /**
   * Compressors that cannot flush end a message with one. Each makes zlib begin anew, so that 64
   * KiB of nothing else would keep the loop for 11 ms, ten times as long as 64 KiB of text.
   */
  private static final int MAX_FINAL_BLOCKS = 100;

  private final CounterDataPoint events;
  private final CounterDataPoint before;
  private final CounterDataPoint after;
  private final WireFormat plain = new DeflateFormat(this, DeflateFormat.PLAIN);
  private final WireFormat json = new DeflateFormat(this, DeflateFormat.JSON);

  /** Outside of the heap, 256 KiB; made for the first message. */
  private @Nullable Deflater deflater;

  /** Likewise, 40 KiB. */
  private @Nullable Inflater inflater;

  Deflation(Metrics metrics) {
    this.events = metrics.eventsCompressed;
    this.before = metrics.compressionBytes.labelValues("before");
    this.after = metrics.compressionBytes.labelValues("after");
  }

  /** Events as compressed messages. */
  WireFormat format(boolean asJson) {
    return asJson ? json : plain;
  }

  /** Writes a message as a frame, compressed where that makes it shorter. */
  void write(ByteBuf out, int opcode, ByteBuf payload) {
    int length = payload.readableBytes();
    ByteBuf packed = out.alloc().buffer(Math.max(length, MIN_BYTES));
    if (length >= MIN_BYTES && compress(payload, packed)) {
      events.inc();
      before.inc(length);
      after.inc(packed.readableBytes());
      Frame.header(out, opcode | Frame.COMPRESSED, packed.readableBytes());
      out.writeBytes(packed);
    } else {
      Frame.header(out, opcode, length);
      out.writeBytes(payload, payload.readerIndex(), length);
    }
    packed.release();
  }

  /** False if it would not become shorter. */
  private boolean compress(ByteBuf payload, ByteBuf packed) {
    Deflater zlib = deflater;
    if (zlib == null) {
      zlib = new Deflater(LEVEL, true);
      deflater = zlib;
    }
    int room = payload.readableBytes();
    zlib.setInput(payload.nioBuffer());
    int length = zlib.deflate(packed.nioBuffer(0, room), Deflater.SYNC_FLUSH);
    zlib.reset();
    // With no room left the flush may not have ended.
    if (length == room) {
      return false;
    }
    packed.writerIndex(length - FLUSH_BYTES);
    return true;
  }

  /**
   * Inflates a message (RFC 7692 §7.2.2), no further than to its bound.
   *
   * @param message all its bytes, fragments together
   * @param out gets what it says
   * @return null, or what is wrong with it: {@link CloseReason#TOO_LARGE} or {@link
   *     CloseReason#BAD_FRAME}
   */
  @Nullable CloseReason inflate(ByteBuf message, ByteBuf out, int maxBytes) {
    Inflater zlib = inflater;
    if (zlib == null) {
      zlib = new Inflater(true);
      inflater = zlib;
    }
    Inflation inflation = new Inflation(zlib, out, maxBytes);
    try {
      CloseReason problem = inflation.take(message.nioBuffer());
      problem = problem == null ? inflation.take(ByteBuffer.wrap(TAIL)) : problem;
      return problem == null && !inflation.ended ? CloseReason.BAD_FRAME : problem;
    } catch (DataFormatException malformed) {
      return CloseReason.BAD_FRAME;
    } finally {
      zlib.reset();
    }
  }

  /** A message on its way. */
  private static final class Inflation {
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private final Inflater zlib;
    private final ByteBuf out;
    private final int maxBytes;
    private int finalBlocks;

    /** Whether the last that was taken is the end of a final block. */
    private boolean ended;

    Inflation(Inflater zlib, ByteBuf out, int maxBytes) {
      this.zlib = zlib;
      this.out = out;
      this.maxBytes = maxBytes;
    }

    /** Takes a part of it; tells what is wrong, or null. */
    @Nullable CloseReason take(ByteBuffer in) throws DataFormatException {
      zlib.setInput(in);
      int count;
      do {
        count = zlib.inflate(chunk);
        if (count > maxBytes - out.readableBytes()) {
          return CloseReason.TOO_LARGE;
        }
        out.writeBytes(chunk, 0, count);
        ended = zlib.finished();
        if (ended) { // RFC 7692 §7.2.3.4: another block may follow a final one
          zlib.reset();
          zlib.setInput(in);
          finalBlocks++;
        }
      } while (finalBlocks <= MAX_FINAL_BLOCKS && (ended ? in.hasRemaining() : count > 0));
      return finalBlocks <= MAX_FINAL_BLOCKS ? null : CloseReason.BAD_FRAME;
    }
  }

  /** Gives back what zlib holds outside of the heap; what comes later makes it anew. */
  void close() {
    if (deflater != null) {
      deflater.end();
      deflater = null;
    }
    if (inflater != null) {
      inflater.end();
      inflater = null;
    }
  }
}
