package io.sluice.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;

/**
 * The Netty side of what Vert.x made, for what its API has no words for: interim answers, trailers
 * of requests, and ends of only one direction. The only place in this room that knows Vert.x
 * internals; what it relies on is that Vert.x's own handler is the last one on the pipeline, and
 * that the headers of a request of HTTP/1 are Netty's too.
 */
final class Channels {

  private Channels() {}

  /** Of a client's connection while it speaks HTTP/1. */
  static ChannelHandlerContext of(HttpServerRequest request) {
    return ((HttpServerConnection) request.connection()).channelHandlerContext();
  }

  /** A request's headers as Netty has them: without a String made for each. */
  static HttpHeaders headers(HttpServerRequest request) {
    return (HttpHeaders) request.headers();
  }

  /** The same bytes, uncopied. Vert.x does not release what it is given to write. */
  static Buffer buffer(ByteBuf bytes) {
    return BufferInternal.buffer(bytes);
  }

  /** Of a bare connection. */
  static ChannelHandlerContext of(NetSocket socket) {
    return ((NetSocketInternal) socket).channelHandlerContext();
  }
}
