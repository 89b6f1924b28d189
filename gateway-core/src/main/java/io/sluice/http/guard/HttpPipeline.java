package io.sluice.http.guard;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.epoll.EpollChannelOption;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import org.jspecify.annotations.Nullable;

/**
 * Where a guard stands on the pipeline that Vert.x makes for an HTTP/1 connection. The one class
 * here that uses Vert.x internals.
 *
 * <p>What it relies on ({@link GuardCheck} proves it at start-up): the connection of HTTP/1.x is a
 * {@code HttpServerConnection} with the context of Vert.x's own handler; the handler of a server's
 * connections is called on the connection's event loop before its first byte is read, and after TLS
 * has shaken hands; the decoder is called {@code httpDecoder}, and what is fired behind it reaches
 * Vert.x in order with what it decoded.
 */
final class HttpPipeline {

  private static final String DECODER = "httpDecoder";
  private static final ReadSizes READS = new ReadSizes();

  /**
   * How much the kernel takes ahead of what the peer has room for (Linux, tcp(7)). Left alone it
   * takes up to 4 MiB for a connection, and says that it takes more only when a third of that is
   * free again: a client that reads a little at a time would seem to stand still for a minute, and
   * would get everything so late.
   */
  private static final long UNSENT_BYTES = 128 << 10;

  private HttpPipeline() {}

  /** Puts a guard before the decoder. */
  static void add(HttpConnection connection, Guard guard) {
    ChannelPipeline pipeline = pipeline(connection);
    ChannelConfig config = pipeline.channel().config();
    // Nothing has been read yet: what the first read makes of it stays with the channel.
    config.setRecvByteBufAllocator(READS);
    config.setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, UNSENT_BYTES);
    pipeline.addBefore(DECODER, Guard.NAME, guard);
  }

  /** Calls when the connection is closed, whoever has it by then. */
  static void whenClosed(HttpConnection connection, ChannelFutureListener listener) {
    pipeline(connection).channel().closeFuture().addListener(listener);
  }

  /** The guard of a request's connection; null if it has none, or was taken over. */
  static @Nullable Guard guard(HttpServerRequest request) {
    return pipeline(request.connection()).get(Guard.class);
  }

  /** Whether what comes is still decoded as HTTP. */
  static boolean isDecoding(ChannelHandlerContext guard) {
    return guard.pipeline().context(DECODER) != null;
  }

  /** Gives a message to Vert.x as if the decoder had made it. */
  static void fireDecoded(ChannelHandlerContext guard, Object message) {
    guard.pipeline().context(DECODER).fireChannelRead(message);
  }

  private static ChannelPipeline pipeline(HttpConnection connection) {
    return ((HttpServerConnection) connection).channelHandlerContext().pipeline();
  }
}
