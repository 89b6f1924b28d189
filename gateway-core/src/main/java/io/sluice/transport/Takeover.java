package io.sluice.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.net.impl.VertxConnection;
import java.util.List;

/**
 * How a connection is taken from Vert.x. This is the one class of the room that uses Vert.x
 * internals.
 *
 * <p><b>Why.</b> An idle connection that Vert.x serves costs 9 to 15 KB, a {@link NettyConnection}
 * 1.3 KB.
 *
 * <p><b>What it relies on</b> ({@link TakeoverCheck} proves it at start-up):
 *
 * <ul>
 *   <li>{@code request.connection()} of HTTP/1.x is a {@code HttpServerConnection} with the context
 *       of the handler that Vert.x put last on the pipeline, and a {@code VertxConnection}.
 *   <li>All that Vert.x does for a connection is done by handlers on its pipeline. What the server
 *       itself remembers (its channel group) is forgotten when the channel closes.
 *   <li>When a request reaches its handler, earlier responses have been written to the pipeline.
 *   <li>A decoder that is removed passes the bytes it has not decoded on to the next handler, which
 *       is the new one because Vert.x's own was replaced first.
 * </ul>
 */
final class Takeover {

  /** More requests than one read can hold; see {@link #drain}. */
  private static final int MAX_PIPELINED = 8192;

  private Takeover() {}

  /**
   * Takes the connection of a request from Vert.x and writes (does not flush) the head of its
   * response: status and headers as they were set on {@code request.response()}, chunked unless the
   * status is 101 or the client speaks HTTP/1.0. Nothing of {@code request} may be used afterwards.
   *
   * <p>Call from the request's handler, before that returns: bytes that come after the request are
   * then kept for {@link NettyConnection.Listener#onBytes}. If the client has gone already, the
   * connection is closed and the listener hears so as soon as it is there.
   */
  static NettyConnection of(HttpServerRequest request) {
    HttpServerConnection former = (HttpServerConnection) request.connection();
    ChannelHandlerContext vertx = former.channelHandlerContext();
    Channel channel = vertx.channel();
    NettyConnection connection = new NettyConnection(channel, ResponseHead.isChunked(request));
    var head = ResponseHead.of(request);
    if (channel.isActive()) {
      forget((VertxConnection) former, channel);
      replace(vertx.handler(), connection, channel.pipeline());
      channel.eventLoop().execute(() -> drain((VertxConnection) former, connection));
    }
    connection.write(head);
    return connection;
  }

  /** Keeps what Vert.x queues of bodies out of the pool: {@link BodyCopier}. */
  static void copyBodies(HttpConnection connection) {
    ChannelHandlerContext vertx = ((HttpServerConnection) connection).channelHandlerContext();
    vertx.pipeline().addBefore(vertx.name(), BodyCopier.NAME, new BodyCopier());
  }

  /** Nobody waits for its end there any more; otherwise the channel would hold what tells it. */
  private static void forget(VertxConnection former, Channel channel) {
    if (former.closeFuture() instanceof PromiseInternal<Void> told) {
      channel.closeFuture().removeListener(told);
    }
  }

  private static void replace(
      ChannelHandler vertx, NettyConnection connection, ChannelPipeline pipeline) {
    pipeline.replace(vertx, NettyConnection.NAME, connection);
    List<String> names = pipeline.names();
    // From the tail, so that what a decoder lets go passes none that is still to be removed.
    for (int i = names.size() - 1; i >= 0; i--) {
      ChannelHandler handler = pipeline.get(names.get(i));
      if (handler != null && handler != connection && !(handler instanceof SslHandler)) {
        pipeline.remove(handler);
      }
    }
    connection.configure();
  }

  /**
   * A request that was one of a pipelined row came to its handler after Vert.x had decoded what
   * follows and put it aside, with its buffers. Nobody will read that: let it through to be
   * released. Each {@code doResume} passes one request.
   */
  private static void drain(VertxConnection former, NettyConnection connection) {
    for (int i = 0; !connection.hasSeenRequestEnd() && i < MAX_PIPELINED; i++) {
      former.doResume();
    }
  }
}
