package io.sluice.publish;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import io.sluice.channel.hub.Frames;
import io.sluice.channel.hub.Reader;
import io.sluice.channel.hub.Sink;
import io.sluice.channel.hub.WireFormat;
import io.sluice.http.EventJson;
import io.sluice.http.Problem;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a channel as a new reader would, up to the head or a bound, and leaves: the answer of GET-2
 * and, with no event at all, the head of a channel that is not known yet.
 */
final class HistoryAnswer implements Sink {

  private final int limit;
  private final int maxBytes;
  private final Consumer<Result> receiver;
  private final ByteBuf events = Unpooled.buffer(256);
  private int count;
  private boolean done;

  /** What was read. */
  sealed interface Result {
    /**
     * Events and gaps in the JSON form, joined by commas, and the position after them.
     *
     * @param json whole in itself but for the brackets
     * @param full whether it ended because it has enough bytes
     */
    record Read(String json, Position next, boolean full) implements Result {}

    record Failed(Problem problem) implements Result {}
  }

  /**
   * @param limit events at most; 0 reads the position alone
   * @param maxBytes the answer ends after the event that passes this; {@code next} goes on
   */
  HistoryAnswer(int limit, int maxBytes, Consumer<Result> receiver) {
    this.limit = limit;
    this.maxBytes = maxBytes;
    this.receiver = receiver;
  }

  @Override
  public WireFormat format() {
    return Unencoded.FORMAT;
  }

  @Override
  public boolean isFull() {
    return false;
  }

  @Override
  public void onStart(Reader reader, @Nullable Gap gap) {
    if (gap != null) {
      onGap(reader, gap);
    }
    if (limit == 0) {
      finish(reader, reader.position());
    }
  }

  @Override
  public int onFrames(Reader reader, Frames frames, int from, boolean more) {
    Batch batch = frames.batch();
    int hash = Channel.hash(batch.channel());
    int index = from;
    while (index < batch.events().size() && count < limit && !isLong()) {
      separate();
      EventJson.write(batch, index++, hash, events);
      count++;
    }
    if (count == limit || isLong()) {
      finish(reader, index == 0 ? batch.follows() : batch.at(index - 1));
    }
    return index - from;
  }

  private boolean isLong() {
    return events.readableBytes() >= maxBytes;
  }

  @Override
  public void onGap(Reader reader, Gap gap) {
    separate();
    EventJson.writeGap(reader.channel(), gap, events);
  }

  @Override
  public void onHead(Reader reader) {
    finish(reader, reader.position());
  }

  @Override
  public void flush() {
    // the answer is written as a whole
  }

  @Override
  public void onUnavailable(Reader reader, Broker.Unavailable failure) {
    if (!done) {
      done = true;
      receiver.accept(new Result.Failed(Publisher.problem(failure)));
    }
  }

  private void separate() {
    if (events.isReadable()) {
      events.writeByte(',');
    }
  }

  private void finish(Reader reader, Position next) {
    if (!done) {
      done = true;
      reader.close();
      boolean full = isLong() && count < limit;
      receiver.accept(new Result.Read(events.toString(StandardCharsets.UTF_8), next, full));
    }
  }

  /** Events stay events: a single answer shares no bytes with anybody. */
  private static final class Unencoded implements WireFormat {
    static final WireFormat FORMAT = new Unencoded();

    /** The last of the ids; those of the transports count from 0. */
    @Override
    public int id() {
      return COUNT - 1;
    }

    @Override
    public Frames encode(Batch batch, ByteBufAllocator allocator) {
      return new Frames(batch, Unpooled.EMPTY_BUFFER, new int[batch.events().size()]);
    }
  }
}
