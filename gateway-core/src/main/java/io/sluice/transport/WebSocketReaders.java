package io.sluice.transport;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Gap;
import io.sluice.channel.Start;
import io.sluice.channel.hub.Frames;
import io.sluice.channel.hub.Reader;
import io.sluice.channel.hub.Sink;
import io.sluice.channel.hub.WireFormat;
import io.sluice.http.CloseReason;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The readers of one WebSocket and the sink that they share. In {@code sluice.v1.json} nothing is
 * read before every channel of the request has its start, because the first message tells them all.
 */
final class WebSocketReaders implements Sink {

  private final TransportLoop loop;
  private final WebSocketStream stream;
  private final NettyConnection connection;
  private final WebSocketMode mode;
  private final CounterDataPoint delivered;
  private final List<Subscription> subscriptions = new ArrayList<>(1);

  /** Channels of the request whose start is awaited before the first message. */
  private int awaited;

  private boolean greeted;
  private long events;

  /** One channel of the connection. */
  private static final class Subscription {
    private final String channel;
    private final @Nullable String ref;

    /** Where the client stands: its own part, or null where it has none. */
    private @Nullable String part;

    private @Nullable Reader reader;
    private @Nullable Gap gap;
    private boolean started;

    Subscription(String channel, Start start, @Nullable String ref) {
      this.channel = channel;
      this.ref = ref;
      this.part =
          start instanceof Start.After after
              ? Cursor.part(Channel.hash(channel), after.position())
              : start instanceof Start.Unusable ? Cursor.UNUSABLE : null;
    }

    String partAtStart() {
      return part == null ? "" : part;
    }

    /** The part of the position now. */
    String partNow() {
      return started && reader != null
          ? Cursor.part(Channel.hash(channel), reader.position())
          : partAtStart();
    }
  }

  WebSocketReaders(WebSocketStream stream, WebSocketMode mode, WebSocketTransport transport) {
    this.stream = stream;
    this.connection = stream.connection();
    this.mode = mode;
    this.loop = transport.loop();
    this.delivered = transport.delivered();
  }

  /** Begins to read the channels of the request. */
  void start(List<WebSocketTransport.Asked> channels) {
    awaited = channels.size();
    greeted = mode != WebSocketMode.PROTOCOL;
    for (WebSocketTransport.Asked asked : channels) {
      open(asked.channel(), asked.start(), null);
    }
    if (awaited == 0 && !greeted) {
      greet();
    }
  }

  /** Begins to read another channel; the answer comes with its start. */
  void open(String channel, Start start, @Nullable String ref) {
    Subscription subscription = new Subscription(channel, start, ref);
    subscriptions.add(subscription);
    subscription.reader = loop.hub().open(loop.loop(), channel, start, this);
  }

  /** Stops to read a channel: none of its events is written any more. */
  void close(String channel) {
    Subscription subscription = find(channel);
    if (subscription != null) {
      subscriptions.remove(subscription);
      close(subscription);
    }
  }

  /** Stops to read. Channels and cursor can still be asked for. */
  void closeAll() {
    subscriptions.forEach(WebSocketReaders::close);
  }

  private static void close(Subscription subscription) {
    if (subscription.reader != null) {
      subscription.reader.close();
    }
  }

  /** The connection takes bytes again. */
  void resume() {
    for (int i = 0; i < subscriptions.size(); i++) {
      Reader reader = subscriptions.get(i).reader;
      if (reader != null) {
        reader.resume();
      }
    }
  }

  int count() {
    return subscriptions.size();
  }

  boolean reads(String channel) {
    return find(channel) != null;
  }

  /** Whether a command about a channel, or about none, can be carried out and answered now. */
  boolean isSettled(@Nullable String channel) {
    Subscription subscription = channel == null ? null : find(channel);
    return greeted && (subscription == null || subscription.started);
  }

  List<String> channels() {
    return subscriptions.stream().map(subscription -> subscription.channel).toList();
  }

  /** The position of every channel now, as a cursor. */
  String cursor() {
    StringJoiner cursor = new StringJoiner(".");
    subscriptions.forEach(subscription -> add(cursor, subscription.partNow()));
    return cursor.toString();
  }

  /** Where the client stood at the start; {@code 0} if one of its positions was unusable. */
  String cursorAtStart() {
    StringJoiner cursor = new StringJoiner(".");
    for (Subscription subscription : subscriptions) {
      if (subscription.partAtStart().equals(Cursor.UNUSABLE)) {
        return Cursor.UNUSABLE;
      }
      add(cursor, subscription.partAtStart());
    }
    return cursor.toString();
  }

  private static void add(StringJoiner cursor, String part) {
    if (!part.isEmpty()) {
      cursor.add(part);
    }
  }

  long events() {
    return events;
  }

  private @Nullable Subscription find(String channel) {
    for (Subscription subscription : subscriptions) {
      if (subscription.channel.equals(channel)) {
        return subscription;
      }
    }
    return null;
  }

  private void greet() {
    greeted = true;
    stream.greet(channels(), cursorAtStart());
    for (Subscription subscription : subscriptions) {
      tellGap(subscription);
    }
    resume();
  }

  private void tellGap(Subscription subscription) {
    Gap gap = subscription.gap;
    subscription.gap = null;
    if (gap == null) {
      return;
    }
    loop.metrics().gaps.labelValues(gap.reason().slug()).inc();
    if (mode == WebSocketMode.PLAIN) {
      stream.endWithGap(Cursor.part(Channel.hash(subscription.channel), gap.goOn()));
    } else {
      connection.write(Message.gap(subscription.channel, gap));
    }
  }

  @Override
  public WireFormat format() {
    return mode.format();
  }

  @Override
  public boolean isFull() {
    return !greeted || !connection.isWritable();
  }

  @Override
  public void onStart(Reader reader, @Nullable Gap gap) {
    Subscription subscription = find(reader.channel());
    if (subscription == null) {
      return;
    }
    subscription.started = true;
    subscription.gap = gap;
    if (subscription.part != null) {
      loop.metrics().resumes.labelValues(gap == null ? "ok" : "gap").inc();
    }
    if (gap == null) {
      subscription.part = Cursor.part(Channel.hash(subscription.channel), reader.position());
    }
    if (mode != WebSocketMode.PROTOCOL) {
      tellGap(subscription);
    } else if (!greeted) {
      if (--awaited == 0) {
        greet();
      }
    } else {
      connection.write(
          Message.subscribed(subscription.channel, subscription.partAtStart(), subscription.ref));
      tellGap(subscription);
    }
    stream.settled();
  }

  @Override
  public int onFrames(Reader reader, Frames frames, int from) {
    int count = frames.batch().events().size() - from;
    connection.write(frames.from(from));
    events += count;
    delivered.inc(count);
    return count;
  }

  @Override
  public void onGap(Reader reader, Gap gap) {
    Subscription subscription = find(reader.channel());
    if (subscription != null) {
      subscription.gap = gap;
      tellGap(subscription);
    }
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
