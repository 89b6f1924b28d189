package io.sluice.proxy;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.sluice.channel.Loop;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;

/**
 * The client's end of a passage: what Vert.x has no words for on its side. Belongs to the loop of
 * its connection.
 */
final class ClientSide {

  /** How long a body that nobody wants is read on, so that the answer is not lost to a reset. */
  private static final long LINGER_MS = 2_000;

  /** How much of it. */
  private static final long LINGER_BYTES = 1 << 20;

  private static final String TRAILERS = "sluice-trailers";

  private final HttpServerRequest request;
  private final ChannelHandlerContext vertx;
  private HttpHeaders trailers = EmptyHttpHeaders.INSTANCE;
  private long lingered;

  ClientSide(HttpServerRequest request) {
    this.request = request;
    this.vertx = Channels.of(request);
  }

  Channel channel() {
    return vertx.channel();
  }

  /** Keeps the trailers of this request, which Vert.x would drop. */
  void keepTrailers() {
    trailers = new DefaultHttpHeaders();
    ChannelHandler handler =
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelRead(ChannelHandlerContext from, Object message) {
            if (message instanceof LastHttpContent last) {
              last.trailingHeaders().forEach(ClientSide.this::keep);
              from.pipeline().remove(this);
            }
            from.fireChannelRead(message);
          }
        };
    if (channel().pipeline().get(TRAILERS) == null) {
      channel().pipeline().addBefore(vertx.name(), TRAILERS, handler);
    }
  }

  private void keep(Map.Entry<String, String> trailer) {
    if (Hops.mayTrail(trailer.getKey())) {
      trailers.add(trailer.getKey(), trailer.getValue());
    }
  }

  HttpHeaders trailers() {
    return trailers;
  }

  /** Writes an interim answer (1xx). */
  void interim(HttpResponseStatus status, HttpHeaders headers) {
    DefaultFullHttpResponse interim =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            Unpooled.EMPTY_BUFFER,
            headers,
            EmptyHttpHeaders.INSTANCE);
    vertx.writeAndFlush(interim);
  }

  /** Closes the connection once all that was written has been sent. */
  void close() {
    request.connection().close();
  }

  /**
   * Closes the connection after an answer to a request whose body has not ended: what still comes
   * is read and dropped for a moment, because a reset would take the answer from the client.
   *
   * @param neverComes whether the client waits to be asked for it
   */
  void dismiss(boolean neverComes, Loop loop) {
    if (neverComes) {
      request.connection().close();
      return;
    }
    Loop.Timer timer = loop.after(LINGER_MS, vertx::close);
    request.exceptionHandler(gone -> timer.cancel());
    request.handler(
        dropped -> {
          lingered += dropped.length();
          if (lingered > LINGER_BYTES) {
            vertx.close();
          }
        });
    // The timer stays: a client that does not read its answer is not waited for.
    request.endHandler(end -> request.connection().close());
    request.resume();
  }

  /**
   * Breaks the connection in the midst of an answer.
   *
   * @param framed whether the answer's framing shows that something is missing; if only the
   *     connection's end is the answer's end, a reset has to show it
   */
  void cut(boolean framed) {
    if (framed) {
      vertx.close(); // at once: the client may not be reading
    } else {
      channel().config().setOption(ChannelOption.SO_LINGER, 0);
      channel().unsafe().close(channel().voidPromise());
    }
  }

  /** Bytes that wait for the client to read. */
  long pendingBytes() {
    var buffer = channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }
}
