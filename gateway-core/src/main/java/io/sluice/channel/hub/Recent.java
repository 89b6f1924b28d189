package io.sluice.channel.hub;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.sluice.channel.Batch;
import io.sluice.metrics.Metrics;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The batches that one loop has at hand, encoded at most once for each format, within a bound over
 * all channels of the loop; the oldest go first.
 */
final class Recent {

  /**
   * A live batch above this is held by each client that stops reading, whatever its water marks
   * say, so that it counts as a page does.
   */
  private static final int LARGE_BYTES = 32 << 10;

  private static final int SMALL_BYTES = 4 << 10;

  private final long maxBytes;

  /** How long a batch stays at hand: an idle channel holds no bytes. */
  private final long keepMs;

  private final CounterDataPoint overBytes;
  private final CounterDataPoint overAge;
  private final CounterDataPoint encoded;
  private final ByteBufAllocator allocator;
  private final PageBudget budget;
  private final ArrayDeque<Entry> byAge = new ArrayDeque<>();
  private long bytes;

  Recent(Hub.Settings settings, ByteBufAllocator allocator, PageBudget budget, Metrics metrics) {
    this.maxBytes = settings.recentBytes();
    this.keepMs = settings.recentMs();
    this.overBytes = metrics.limitsHit.labelValues("limits.recent");
    this.overAge = metrics.limitsHit.labelValues("limits.recent-age");
    this.encoded = metrics.eventsEncoded;
    this.allocator = allocator;
    this.budget = budget;
  }

  /** A batch and the frames made of it so far. */
  final class Entry {
    private final LoopChannel channel;
    private final Batch batch;
    private final boolean page;
    private final boolean large;
    private final int frameCost;
    private final long sinceMs;
    private final @Nullable Frames[] frames = new Frames[WireFormat.COUNT];
    private boolean dropped;

    private Entry(LoopChannel channel, Batch batch, boolean page) {
      this.sinceMs = channel.hub().loop().nowMs();
      this.channel = channel;
      this.batch = batch;
      this.page = page;
      long weight = weight(batch);
      this.large = weight > LARGE_BYTES;
      this.frameCost = 1 + (int) (weight / SMALL_BYTES);
    }

    Batch batch() {
      return batch;
    }

    /** What a write of it counts for: large frames take the kernel longer. */
    int frameCost() {
      return frameCost;
    }

    /** Whether its bytes count against the node's budget. */
    boolean isCounted() {
      return page || large;
    }

    /** Whether it may be written now: what is large needs room in the node's budget, once. */
    boolean hasRoom(WireFormat format) {
      return !large || frames[format.id()] != null || budget.hasRoom();
    }

    /** The batch in a reader's format, if it may be written now; lent until this turn ends. */
    @Nullable Frames forLive(Reader reader) {
      Frames made = frames[reader.formatId];
      if (made != null) {
        return made;
      }
      if (dropped) {
        return null;
      }
      WireFormat format = reader.sink().format();
      return hasRoom(format) ? in(format) : null;
    }

    /** The batch in a format; lent until this loop's turn ends. */
    Frames in(WireFormat format) {
      Frames made = frames[format.id()];
      if (made == null) {
        made = format.encode(batch, allocator);
        encoded.inc(batch.events().size());
        if (isCounted()) {
          made = counted(made);
        }
        frames[format.id()] = made;
        bytes += made.bytes().readableBytes();
      }
      return made;
    }

    private Frames counted(Frames made) {
      ByteBuf from = made.bytes();
      PageBuffer into = new PageBuffer(allocator, Math.max(1, from.readableBytes()), budget);
      into.writeBytes(from, from.readerIndex(), from.readableBytes());
      from.release();
      return made.in(into);
    }

    private void release() {
      dropped = true;
      for (int i = 0; i < frames.length; i++) {
        Frames made = frames[i];
        if (made != null) {
          bytes -= made.bytes().readableBytes();
          made.bytes().release();
          frames[i] = null;
        }
      }
      bytes -= weight(batch);
    }
  }

  /** Keeps a live batch. */
  Entry addLive(LoopChannel channel, Batch batch) {
    return add(new Entry(channel, batch, false));
  }

  /** Keeps a page read for readers that are behind. */
  Entry addPage(LoopChannel channel, Batch batch) {
    return add(new Entry(channel, batch, true));
  }

  private Entry add(Entry entry) {
    byAge.add(entry);
    bytes += weight(entry.batch);
    return entry;
  }

  private static long weight(Batch batch) {
    long weight = 0;
    for (int i = 0; i < batch.events().size(); i++) {
      weight += batch.events().get(i).sizeBytes() + 64L;
    }
    return weight;
  }

  /** Lets go of an entry that its channel does not need. */
  void drop(Entry entry) {
    if (!entry.dropped) {
      entry.release();
    }
  }

  /** Lets go of what is older than a time, and of the oldest until the rest fits. */
  void trim(long nowMs) {
    for (Entry oldest = byAge.peek(); oldest != null; oldest = byAge.peek()) {
      boolean old = nowMs - oldest.sinceMs >= keepMs;
      if (!oldest.dropped && !old && bytes <= maxBytes) {
        return;
      }
      byAge.remove();
      if (!oldest.dropped) {
        (old ? overAge : overBytes).inc();
        oldest.channel.forget(oldest);
        oldest.release();
      }
    }
  }

  boolean isEmpty() {
    return byAge.isEmpty();
  }

  long bytes() {
    return bytes;
  }
}
