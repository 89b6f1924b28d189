package io.sluice.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.sluice.channel.Loop;
import java.util.function.Consumer;

/**
 * Two connections made one after a 101: bytes pass both ways as they come, each side read no faster
 * than the other takes; the end of one direction is passed on as the end of that direction. Belongs
 * to the loop of both.
 */
final class Tunnel {

  private static final String NAME = "sluice-tunnel";

  /** How long a side has to close after it was told to. */
  private static final long CLOSING_MS = 1_000;

  /** A close frame with 1001 (RFC 6455 §7.4.1), unmasked and masked with zeros. */
  private static final byte[] GOING_AWAY = {(byte) 0x88, 2, 3, (byte) 0xe9};

  private static final byte[] GOING_AWAY_MASKED = {
    (byte) 0x88, (byte) 0x82, 0, 0, 0, 0, 3, (byte) 0xe9
  };

  private final End client;
  private final End upstream;
  private final Loop loop;
  private final long idleMs;
  private final boolean webSocket;
  private final Deadline deadline;
  private final Consumer<String> whenEnded;
  private boolean ended;
  private boolean leaving;
  private long pendingBefore;

  /**
   * Takes both channels over.
   *
   * @param client context of the last handler, bare of HTTP
   * @param upstream likewise
   * @param whenEnded told once why
   */
  Tunnel(
      ChannelHandlerContext client,
      ChannelHandlerContext upstream,
      Settings settings,
      Consumer<String> whenEnded) {
    this.loop = settings.loop;
    this.idleMs = settings.idleMs;
    this.webSocket = settings.webSocket;
    this.whenEnded = whenEnded;
    this.client = new End(client);
    this.upstream = new End(upstream);
    this.client.peer = this.upstream;
    this.upstream.peer = this.client;
    this.deadline = new Deadline(settings.deadlines, this::late);
  }

  /**
   * How it is kept.
   *
   * @param loop of both channels
   * @param deadlines of that loop
   * @param idleMs how long both directions may stand still
   * @param webSocket whether WebSocket frames pass, among which one of ours may stand
   */
  record Settings(Loop loop, RunningDeadlines deadlines, long idleMs, boolean webSocket) {}

  /** Begins; the client gets what came from the upstream before. */
  void start(ByteBuf early) {
    client.install();
    upstream.install();
    deadline.start(idleMs);
    client.letGo();
    if (early.isReadable()) {
      upstream.pass(early);
      client.flush();
    } else {
      early.release();
    }
    client.read();
    upstream.read();
    if (!client.channel().isActive() || !upstream.channel().isActive()) {
      end("closed");
    }
  }

  /** Bytes from the client, and to it. */
  long fromClient() {
    return client.bytes;
  }

  long toClient() {
    return upstream.bytes;
  }

  /** Ends it for the gateway's sake; a WebSocket is told so where a frame may stand. */
  void goAway() {
    if (ended || leaving) {
      return;
    }
    leaving = true;
    if (webSocket && upstream.frames.isBetweenFrames()) {
      client.write(Unpooled.wrappedBuffer(GOING_AWAY));
    }
    if (webSocket && client.frames.isBetweenFrames()) {
      upstream.write(Unpooled.wrappedBuffer(GOING_AWAY_MASKED));
    }
    client.finish();
    upstream.finish();
    loop.after(CLOSING_MS, () -> end("going-away"));
  }

  private void late() {
    long pending = client.pending() + upstream.pending();
    if (pending > 0 && pending < pendingBefore) {
      pendingBefore = pending;
      deadline.start(idleMs);
    } else if (pending > 0 && pendingBefore == 0) {
      pendingBefore = pending;
      deadline.start(idleMs);
    } else {
      end("idle");
    }
  }

  private void end(String reason) {
    if (ended) {
      return;
    }
    ended = true;
    deadline.stop();
    client.close();
    upstream.close();
    whenEnded.accept(leaving ? "going-away" : reason);
  }

  /** One of the two sides. */
  private final class End extends ChannelInboundHandlerAdapter {
    private final ChannelHandlerContext vertx;
    private final FrameBoundary frames = new FrameBoundary();
    private ChannelHandlerContext context;
    private End peer = this;
    private long bytes;
    private boolean inputEnded;

    End(ChannelHandlerContext vertx) {
      this.vertx = vertx;
      this.context = vertx;
    }

    Channel channel() {
      return vertx.channel();
    }

    void install() {
      channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
      channel().pipeline().addBefore(vertx.name(), NAME, this);
      context = channel().pipeline().context(this);
    }

    /**
     * Nothing is HTTP any more: what stood before this handler for its sake goes, and hands over
     * what it has kept back.
     */
    void letGo() {
      ChannelPipeline pipeline = channel().pipeline();
      for (String name : pipeline.names()) {
        ChannelHandler handler = pipeline.get(name);
        if (handler == this) {
          return;
        }
        if (handler != null && !(handler instanceof SslHandler)) {
          pipeline.remove(handler);
        }
      }
    }

    void read() {
      channel().config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
      if (message instanceof ByteBuf part && !leaving) {
        pass(part);
      } else {
        ReferenceCountUtil.release(message);
      }
    }

    /** Hands bytes of this side to the other. */
    void pass(ByteBuf part) {
      deadline.touch();
      pendingBefore = 0;
      bytes += part.readableBytes();
      if (webSocket) {
        frames.watch(part);
      }
      peer.write(part);
      if (!peer.channel().isWritable()) {
        channel().config().setAutoRead(false);
      }
    }

    void write(ByteBuf part) {
      context.write(part, channel().voidPromise());
    }

    void flush() {
      context.flush();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext from) {
      peer.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext from) {
      if (channel().isWritable()) {
        deadline.touch();
        peer.read();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        inputEnded = true;
        if (peer.inputEnded) {
          end("closed");
        } else {
          peer.finish();
        }
      } else if (!(event instanceof ChannelInputShutdownReadComplete)) {
        from.fireUserEventTriggered(event);
      }
    }

    /** Nothing more is written to this side. */
    void finish() {
      var sent = context.writeAndFlush(Unpooled.EMPTY_BUFFER);
      if (channel().pipeline().get(SslHandler.class) != null) {
        sent.addListener(done -> context.close());
      } else {
        sent.addListener(done -> ((DuplexChannel) channel()).shutdownOutput());
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext from) {
      end("closed");
      from.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
      end("closed");
    }

    long pending() {
      var buffer = channel().unsafe().outboundBuffer();
      return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** After what was written has been sent, or cannot be. */
    void close() {
      context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> context.close());
      loop.after(CLOSING_MS, () -> context.close());
    }
  }
}
