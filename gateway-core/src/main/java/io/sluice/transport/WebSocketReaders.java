package io.sluice.transport;

import io.sluice.channel.Broker;
import io.sluice.channel.Cursor;
import io.sluice.channel.Gap;
import io.sluice.channel.hub.Frames;
import io.sluice.channel.hub.Reader;
import io.sluice.channel.hub.Sink;
import io.sluice.channel.hub.WireFormat;
import io.sluice.config.Transport;
import io.sluice.http.CloseReason;
import io.sluice.metrics.LoopCounter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The readers of one WebSocket and the sink that they share. In {@code sluice.v1.json} nothing is
 * read before every channel of the request has its start, because the first message tells them all.
 */
final class WebSocketReaders implements Sink {

  private final WebSocketStream stream;
  private final NettyConnection connection;
  private final WebSocketMode mode;
  private final Subscriptions subscriptions = new Subscriptions();
  private final LoopCounter.Part delivered;

  /** Channels of the request whose start is awaited before the first message. */
  private int awaited;

  private boolean greeted;
  private long events;

  WebSocketReaders(WebSocketStream stream, WebSocketMode mode) {
    this.stream = stream;
    this.connection = stream.peer();
    this.mode = mode;
    this.delivered = stream.loop().delivered(Transport.WEBSOCKET);
  }

  /** Begins to read the channels of the request. */
  void start(List<SubscribeRequest.Asked> channels) {
    awaited = channels.size();
    greeted = !mode.isProtocol();
    for (SubscribeRequest.Asked asked : channels) {
      open(asked, null);
    }
    if (awaited == 0 && !greeted) {
      greet();
    }
  }

  /** Begins to read a channel; the answer comes with its start. */
  void open(SubscribeRequest.Asked asked, @Nullable String ref) {
    Subscription subscription = new Subscription(asked, ref);
    subscriptions.add(subscription);
    subscription.open(stream.loop(), this);
  }

  /** Stops to read a channel: none of its events is written any more. */
  void close(String channel) {
    Subscription subscription = subscriptions.find(channel);
    if (subscription != null) {
      subscriptions.drop(subscription);
    }
  }

  Subscriptions subscriptions() {
    return subscriptions;
  }

  boolean reads(String channel) {
    return subscriptions.find(channel) != null;
  }

  /** Whether a command about a channel, or about none, can be carried out and answered now. */
  boolean isSettled(@Nullable String channel) {
    Subscription subscription = channel == null ? null : subscriptions.find(channel);
    return greeted && (subscription == null || subscription.isStarted());
  }

  private void greet() {
    greeted = true;
    stream.greet(subscriptions.channels(), subscriptions.cursor());
    subscriptions.forEach(this::tellStart);
    subscriptions.resume();
  }

  private void tellStart(Subscription subscription) {
    Gap gap = subscription.tellStart();
    if (gap != null) {
      tell(subscription, gap);
    }
  }

  private void tell(Subscription subscription, Gap gap) {
    stream.loop().metrics().gaps.labelValues(gap.reason().slug()).inc();
    if (mode.isJson()) {
      connection.write(Message.gap(subscription.channel(), gap));
    } else {
      stream.endWithGap(Cursor.part(subscription.hash(), gap.goOn()));
    }
  }

  @Override
  public WireFormat format() {
    return mode.format(stream.loop());
  }

  @Override
  public boolean isFull() {
    return !greeted || !connection.isWritable();
  }

  @Override
  public void onStart(Reader reader, @Nullable Gap gap) {
    Subscription subscription = subscriptions.find(reader.channel());
    if (subscription == null) {
      return;
    }
    subscription.started(gap);
    if (subscription.resumes()) {
      stream.loop().metrics().resumes.labelValues(gap == null ? "ok" : "gap").inc();
    }
    if (!mode.isProtocol()) {
      tellStart(subscription);
    } else if (!greeted) {
      if (--awaited == 0) {
        greet();
      }
    } else {
      connection.write(
          Message.subscribed(subscription.channel(), subscription.part(), subscription.ref()));
      tellStart(subscription);
    }
    stream.settled();
  }

  @Override
  public int onFrames(Reader reader, Frames frames, int from, boolean more) {
    if (isFull()) {
      return 0;
    }
    if (more && subscriptions.areSeveral()) {
      connection.write(frames.from(from));
      reader.flushLater();
    } else {
      connection.send(frames, from);
    }
    int count = frames.count() - from;
    events += count;
    delivered.add(count);
    return count;
  }

  /** Events written. */
  long events() {
    return events;
  }

  @Override
  public void onGap(Reader reader, Gap gap) {
    Subscription subscription = subscriptions.find(reader.channel());
    if (subscription != null) {
      subscription.tellStart(); // whatever was still to be told of it lies before this
      tell(subscription, gap);
    }
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
