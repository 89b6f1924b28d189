package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.channel.Broker;
import io.sluice.channel.Cursor;
import io.sluice.channel.Gap;
import io.sluice.channel.hub.Frames;
import io.sluice.channel.hub.Reader;
import io.sluice.channel.hub.Sink;
import io.sluice.channel.hub.WireFormat;
import io.sluice.config.Transport;
import io.sluice.http.CloseReason;
import io.sluice.http.EventJson;
import io.sluice.metrics.LoopCounter;
import org.jspecify.annotations.Nullable;

/** The readers of one event stream and the sink that they share. */
final class SseReaders implements Sink {

  private final SseStream stream;
  private final NettyConnection connection;
  private final SseFormat format;
  private final boolean several;
  private final LoopCounter.Part delivered;
  private final Subscriptions subscriptions = new Subscriptions();
  private int awaited;
  private boolean opened;
  private long events;

  SseReaders(SseStream stream, NettyConnection connection, SubscribeRequest request) {
    this.stream = stream;
    this.connection = connection;
    for (SubscribeRequest.Asked asked : request.channels()) {
      subscriptions.add(new Subscription(asked));
    }
    this.several = subscriptions.areSeveral();
    this.format = SseFormat.of(connection.isChunked(), request.json(), several);
    this.delivered = stream.loop().delivered(Transport.SSE);
  }

  void start() {
    awaited = subscriptions.size();
    subscriptions.open(stream.loop(), this);
  }

  /**
   * A stream that ends before all of its channels have their start still tells what it knows. If
   * that is nothing it does not open: an empty {@code id} would take a client's last one from it.
   */
  void tellWhatIsKnown() {
    if (!subscriptions.cursor().isEmpty()) {
      openIfNot();
    }
  }

  private void openIfNot() {
    if (!opened) {
      opened = true;
      stream.open(subscriptions.cursor());
    }
  }

  /** Whether the first block has been written. */
  boolean isOpened() {
    return opened;
  }

  NettyConnection connection() {
    return connection;
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  @Override
  public WireFormat format() {
    return format;
  }

  @Override
  public boolean isFull() {
    return !opened || !connection.isWritable();
  }

  @Override
  public void onStart(Reader reader, @Nullable Gap gap) {
    Subscription subscription = subscriptions.of(reader);
    subscription.started(gap);
    if (subscription.resumes()) {
      stream.loop().metrics().resumes.labelValues(gap == null ? "ok" : "gap").inc();
    }
    if (--awaited == 0) {
      openIfNot();
      subscriptions.forEach(this::tellStart);
      subscriptions.resume();
    }
  }

  @Override
  public void onGap(Reader reader, Gap gap) {
    Subscription subscription = subscriptions.of(reader);
    subscription.tellStart(); // whatever was still to be told of it lies before this
    tell(subscription, gap);
  }

  /** The first block told it, but for a gap. */
  private void tellStart(Subscription subscription) {
    Gap gap = subscription.tellStart();
    if (gap != null) {
      tell(subscription, gap);
    }
  }

  /** SSE-3, SSE-9: the gap and, as the block's id, where the client stands behind it. */
  private void tell(Subscription subscription, Gap gap) {
    stream.loop().metrics().gaps.labelValues(gap.reason().slug()).inc();
    ByteBuf block = Unpooled.buffer(256);
    SseBlocks.text(block, "event: sluice.gap\ndata: ");
    EventJson.writeGap(subscription.channel(), gap, block);
    block.writeByte('\n');
    String part = Cursor.part(subscription.hash(), gap.goOn());
    SseBlocks.id(block, subscriptions.cursor(subscription, part));
    stream.write(block);
  }

  @Override
  public int onFrames(Reader reader, Frames frames, int from, boolean more) {
    if (isFull()) {
      return 0;
    }
    int count = frames.count() - from;
    if (!several) {
      connection.send(frames, from);
    } else {
      count = writeWithIds(reader, frames, from, more);
    }
    events += count;
    delivered.add(count);
    return count;
  }

  /** Events written. */
  long events() {
    return events;
  }

  /** SSE-6: the shared block of each event, closed by the cursor of all channels of this stream. */
  private int writeWithIds(Reader reader, Frames frames, int from, boolean more) {
    Subscription subscription = subscriptions.of(reader);
    Frames shared =
        from > 0
            ? null
            : stream
                .loop()
                .sharedIds()
                .of(subscriptions, subscription, frames, connection.isChunked());
    if (shared != null && !more) {
      connection.send(shared, 0);
      return shared.count();
    }
    reader.flushLater();
    if (shared != null) {
      connection.write(shared.from(0));
      return shared.count();
    }
    return writeWithIds(subscription, frames, from);
  }

  /** As far as the socket takes it. */
  private int writeWithIds(Subscription subscription, Frames frames, int from) {
    int at = from;
    int count = frames.count();
    while (at < count && connection.isWritable()) {
      String part = Cursor.part(subscription.hash(), frames.batch().at(at));
      ByteBuf id = Unpooled.buffer(64 * subscriptions.size());
      SseBlocks.id(id, subscriptions.cursor(subscription, part));
      connection.write(frames.event(at));
      stream.write(id);
      at++;
    }
    return at - from;
  }

  @Override
  public boolean copies() {
    return connection.copies();
  }

  @Override
  public long ownBytes() {
    return connection.bytesPending();
  }

  @Override
  public void onHead(Reader reader) {}

  @Override
  public void flush() {
    connection.flush();
  }

  @Override
  public void onUnavailable(Reader reader, Broker.Unavailable failure) {
    stream.close(CloseReason.UNAVAILABLE);
  }
}
