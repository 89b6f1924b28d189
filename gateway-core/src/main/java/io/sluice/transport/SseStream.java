package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.CloseReason;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One open event stream, from its head to its end: the heartbeat and the manners of closing. {@code
 * docs/protocol.md} §8.
 */
final class SseStream implements NettyConnection.Listener, Heartbeat.Stream, Presence.Open {

  private final Route.Push route;
  private final boolean beatEvents;
  private final Presence presence;
  private final Heartbeat heartbeat;
  private final SseReaders readers;
  private boolean ended;

  SseStream(
      TransportLoop loop, NettyConnection connection, Route.Push route, SubscribeRequest request) {
    this.route = route;
    this.beatEvents = request.beatEvents();
    this.presence = new Presence(loop, this);
    this.heartbeat = new Heartbeat(loop.wheel(), loop.times(route), this);
    this.readers = new SseReaders(this, connection, request);
  }

  /**
   * Begins; the place in the admission is taken already. The head goes out with the first block,
   * when the start of every channel is fixed (SEL-7).
   */
  void start() {
    presence.enter();
    heartbeat.start();
    readers.start();
    peer().start(this);
  }

  TransportLoop loop() {
    return presence.loop();
  }

  Presence presence() {
    return presence;
  }

  @Override
  public Transport transport() {
    return Transport.SSE;
  }

  @Override
  public NettyConnection peer() {
    return readers.connection();
  }

  @Override
  public Route.Push route() {
    return route;
  }

  @Override
  public Subscriptions subscriptions() {
    return readers.subscriptions();
  }

  @Override
  public long events() {
    return readers.events();
  }

  /** Writes a block, as a chunk if the body is chunked; takes the bytes over. */
  void write(ByteBuf block) {
    peer().write(framed(block));
  }

  private ByteBuf framed(ByteBuf block) {
    if (!peer().isChunked()) {
      return block;
    }
    ByteBuf chunk = Unpooled.buffer(block.readableBytes() + 8);
    SseBlocks.chunk(chunk, block);
    block.release();
    return chunk;
  }

  /** SSE-2: the first block. */
  void open(String cursor) {
    ByteBuf block = Unpooled.buffer(160);
    SseBlocks.text(
        block, "retry: " + retryMs(loop(), route) + "\nevent: sluice.open\nid: " + cursor + "\n");
    SseBlocks.text(
        block,
        "data: {\"heartbeat\":"
            + route.heartbeat().toMillis()
            + ",\"connection\":\""
            + presence.id()
            + "\"}\n\n");
    write(block);
  }

  /** SSE-7: drawn, so that clients which were cut together do not come back together. */
  private static long retryMs(TransportLoop loop, Route.Push route) {
    long min = route.retryMin().toMillis();
    return min + loop.random().nextLong(route.retryMax().toMillis() - min + 1);
  }

  /** The block that tells why a stream ends (SSE-10, SSE-11). */
  static String farewell(TransportLoop loop, Route.Push route, CloseReason reason) {
    long retry = retryMs(loop, route);
    return "retry: "
        + retry
        + "\nevent: sluice.close\ndata: {\"reason\":\""
        + reason.slug()
        + "\",\"retry\":"
        + retry
        + "}\n\n";
  }

  /** That block, and the end of the body. */
  private ByteBuf farewell(CloseReason reason) {
    ByteBuf last =
        framed(Unpooled.copiedBuffer(farewell(loop(), route, reason), StandardCharsets.US_ASCII));
    return peer().isChunked() ? last.writeBytes(SseBlocks.LAST_CHUNK) : last;
  }

  @Override
  public void onBytes(ByteBuf bytes) {
    bytes.release(); // a client has nothing to say here
  }

  @Override
  public void onWaiting() {
    heartbeat.waits();
  }

  @Override
  public void onWritable() {
    readers.subscriptions().resume();
  }

  @Override
  public void onClosed() {
    end(CloseReason.CLIENT_LEFT);
  }

  @Override
  public boolean beat() {
    if (!readers.isOpened()) {
      return false; // the first block comes first (SSE-2)
    }
    write(
        Unpooled.copiedBuffer(
            beatEvents ? "event: sluice.beat\ndata: {}\n\n" : ":\n", StandardCharsets.US_ASCII));
    peer().flush();
    return false;
  }

  @Override
  public void dead(CloseReason reason) {
    if (reason == CloseReason.STALLED) {
      loop().metrics().stalled.inc();
    }
    end(reason);
    peer().abort();
  }

  @Override
  public void close(CloseReason reason) {
    if (!ended) {
      readers.tellWhatIsKnown();
      peer().finish(farewell(reason));
      end(reason);
    }
  }

  private void end(CloseReason reason) {
    if (ended) {
      return;
    }
    ended = true;
    heartbeat.stop();
    readers.subscriptions().close();
    presence.leave(reason.slug());
  }

  /**
   * Answers with a stream that only says why there is none now (SSE-10). Its place in {@code
   * limits.turned-away} is taken already.
   */
  static void turnAway(
      TransportLoop loop, NettyConnection connection, Route.Push route, CloseReason reason) {
    SubscribeRequest nothing =
        new SubscribeRequest(Transport.SSE, List.of(), false, false, false, 1, 0);
    SseStream stream = new SseStream(loop, connection, route, nothing);
    connection.start(new TurnedAway(loop.admission()));
    connection.finish(stream.farewell(reason));
    loop.metrics().connectionsRefused.labelValues(Transport.SSE.word(), reason.slug()).inc();
  }
}
