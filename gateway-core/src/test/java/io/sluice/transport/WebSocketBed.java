package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Event;
import io.sluice.channel.FakeLoops;
import io.sluice.channel.History;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.hub.HubSettings;
import io.sluice.channel.local.LocalBroker;
import io.sluice.channel.log.Floor;
import io.sluice.config.ChannelPattern;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.http.Admission;
import io.sluice.http.Connections;
import io.sluice.http.Limits;
import io.sluice.metrics.Metrics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** One WebSocket on a channel without a socket, over a real hub and broker on loops run by hand. */
final class WebSocketBed {

  static final String ROOM = "room";

  final FakeLoops loops = new FakeLoops(2);
  final Metrics metrics = new Metrics();
  final Connections connections = new Connections();
  final Admission admission = new Admission(Limits.connections(10), metrics);
  final LocalBroker broker;
  final Hub hub;
  final WebSocketTransport transport;
  final EmbeddedChannel channel = new EmbeddedChannel();
  final NettyConnection connection = NettyConnection.on(channel);
  private final ByteBuf received = Unpooled.buffer();

  WebSocketBed() {
    SplittableRandom seeds = new SplittableRandom(7);
    broker =
        new LocalBroker(
            loops.all(),
            new LocalBroker.Settings(
                name -> new History(5, 1 << 20, 120_000),
                new Floor(256 << 10, 2_000),
                1 << 26,
                1 << 24,
                86_400_000,
                300_000,
                1_000,
                () -> 1_700_000_000_000L),
            seeds::split,
            metrics);
    hub = new Hub(loops.all(), broker, HubSettings.usual(), metrics);
    transport =
        new WebSocketTransport(
            new TransportLoop(
                loops.loop(0),
                connections,
                new SplittableRandom(3),
                new TransportLoop.Shared(hub, admission, Config.DEFAULT, metrics)));
    loops.settle();
  }

  static Route.Push route() {
    Route.Push usual = Route.Push.DEFAULT;
    return new Route.Push(
        "{room}",
        List.of(new ChannelPattern("news-*")),
        usual.transports(),
        usual.origins(),
        usual.heartbeat(),
        usual.retryMin(),
        usual.retryMax(),
        usual.poll(),
        usual.history(),
        usual.compression());
  }

  static SubscribeRequest.Asked head(String channel) {
    return new SubscribeRequest.Asked(channel, new Start.Head());
  }

  /** Opens the WebSocket and lets everything come to rest. */
  WebSocketStream open(WebSocketMode mode, SubscribeRequest.Asked... channels) {
    admission.enter();
    WebSocketTransport.Opening opening =
        new WebSocketTransport.Opening(route(), ROOM, List.of(channels), false);
    WebSocketStream stream = new WebSocketStream(transport, connection, mode, opening);
    loops.on(0, () -> stream.start(List.of(channels)));
    settle();
    return stream;
  }

  void settle() {
    loops.settle();
    channel.runPendingTasks();
    loops.settle();
  }

  void send(byte[]... frames) {
    loops.on(0, () -> channel.writeInbound(Unpooled.copiedBuffer(frames)));
    settle();
  }

  void command(String json) {
    send(ClientFrames.text(json.replace('\'', '"')));
  }

  Position publish(String name, String data) {
    return publish(name, Event.Kind.TEXT, data);
  }

  Position publish(String name, Event.Kind kind, String data) {
    List<Broker.Published> answer = new ArrayList<>();
    loops.on(
        0,
        () ->
            broker
                .publish(
                    name,
                    new Broker.Publication(
                        new Broker.PublishId("", false),
                        null,
                        null,
                        kind,
                        data.getBytes(StandardCharsets.UTF_8)))
                .onSuccess(answer::add));
    settle();
    return ((Broker.Published.Stored) answer.get(0)).position();
  }

  static String part(String channel, Position position) {
    return Cursor.part(Channel.hash(channel), position);
  }

  /** What was sent since it was asked last, as words: {@code text …}, {@code close 1002 slug}. */
  List<String> sent() {
    channel.runPendingTasks();
    for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
      received.writeBytes(bytes);
      bytes.release();
    }
    List<String> frames = new ArrayList<>();
    for (String frame = frame(); frame != null; frame = frame()) {
      frames.add(frame);
    }
    return frames;
  }

  private @Nullable String frame() {
    if (!received.isReadable()) {
      return null;
    }
    int first = received.readUnsignedByte();
    int length = received.readUnsignedByte();
    length = length == 126 ? received.readUnsignedShort() : length;
    length = length == 127 ? (int) received.readLong() : length;
    ByteBuf payload = received.readSlice(length);
    return switch (first) {
      case 0x81 -> "text " + payload.toString(StandardCharsets.UTF_8);
      case 0x82 -> "binary " + payload.toString(StandardCharsets.UTF_8);
      case 0x89 -> "ping";
      case 0x8a -> "pong " + payload.toString(StandardCharsets.UTF_8);
      case 0x88 ->
          length == 0
              ? "close"
              : ("close "
                      + payload.readUnsignedShort()
                      + " "
                      + payload.toString(StandardCharsets.UTF_8))
                  .strip();
      default -> throw new AssertionError("a frame that begins with " + first);
    };
  }

  /** The same with ' for ", for readable tests. */
  List<String> said() {
    return sent().stream().map(frame -> frame.replace('"', '\'')).toList();
  }
}
