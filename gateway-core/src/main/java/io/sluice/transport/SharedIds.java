package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.channel.Cursor;
import io.sluice.channel.Position;
import io.sluice.channel.hub.Frames;
import org.jspecify.annotations.Nullable;

/**
 * Blocks with the {@code id:} lines that close them, for event streams of several channels. Streams
 * that read the same channels and stand at the same positions have the same cursors, so that what
 * was made for one of them is kept for the next. Touched by its loop alone.
 */
final class SharedIds {

  /** More than this is written in parts, as the socket takes it. */
  private static final int MAX_BYTES = 16 << 10;

  private static final int MAX_EVENTS = 64;

  /** What is kept is given back by {@link #close} alone. */
  private static final ByteBufAllocator KEPT = new UnpooledByteBufAllocator(true, true);

  private @Nullable Frames source;
  private @Nullable Frames made;
  private int[] hashes = {};

  /** Where the stream stands in its other channels; null for the one that the events are of. */
  private @Nullable Position[] others = {};

  /**
   * The blocks of one channel's events for a stream; lent until the next call.
   *
   * @return null if nothing can be shared: too large, or a gap is still to be told
   */
  @Nullable Frames of(Subscriptions stream, Subscription one, Frames frames, boolean chunked) {
    Frames kept = made;
    if (kept != null && frames == source && fits(stream, one)) {
      return kept;
    }
    boolean large = frames.count() > MAX_EVENTS || frames.end() > MAX_BYTES;
    if (large || !note(stream, one)) {
      return null;
    }
    source = frames;
    return make(stream, one, frames, chunked);
  }

  /** Gives back what is kept. */
  void close() {
    if (made != null) {
      made.bytes().release();
      made = null;
      source = null;
    }
  }

  private boolean fits(Subscriptions stream, Subscription one) {
    Subscription each = stream.first();
    for (int i = 0; i < others.length; i++) {
      if (each == null) {
        return false;
      }
      Position position = others[i];
      boolean alike =
          position == null
              ? each == one
              : each != one && each.hash() == hashes[i] && each.standsAt(position);
      if (!alike) {
        return false;
      }
      each = each.next;
    }
    return each == null;
  }

  private boolean note(Subscriptions stream, Subscription one) {
    close();
    hashes = new int[stream.size()];
    others = new Position[stream.size()];
    int i = 0;
    for (Subscription each = stream.first(); each != null; each = each.next) {
      hashes[i] = each.hash();
      others[i] = each == one ? null : each.told();
      if (each != one && others[i] == null) {
        return false;
      }
      i++;
    }
    return true;
  }

  private Frames make(Subscriptions stream, Subscription one, Frames frames, boolean chunked) {
    ByteBuf out = KEPT.directBuffer(frames.end() + frames.count() * 40 * others.length);
    ByteBuf id = Unpooled.buffer(64 * others.length);
    int[] ends = new int[frames.count()];
    for (int i = 0; i < ends.length; i++) {
      String part = Cursor.part(one.hash(), frames.batch().at(i));
      SseBlocks.id(id.clear(), stream.cursor(one, part));
      out.writeBytes(frames.bytes(), frames.begin(i), frames.end(i) - frames.begin(i));
      if (chunked) {
        SseBlocks.chunk(out, id);
      } else {
        out.writeBytes(id);
      }
      ends[i] = out.writerIndex();
    }
    Frames shared = new Frames(frames.batch(), out, ends);
    made = shared;
    return shared;
  }
}
