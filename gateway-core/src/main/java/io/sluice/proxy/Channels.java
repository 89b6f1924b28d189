package io.sluice.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;

/**
 * The Netty side of what Vert.x made, for what its API has no words for: interim answers, trailers
 * of requests, and ends of only one direction. The only place in this room that knows Vert.x
 * internals; what it relies on is that Vert.x's own handler is the last one on the pipeline.
 */
final class Channels {

  private Channels() {}

  /** Of a client's connection while it speaks HTTP/1. */
  static ChannelHandlerContext of(HttpServerRequest request) {
    return ((HttpServerConnection) request.connection()).channelHandlerContext();
  }

  /** Of a bare connection. */
  static ChannelHandlerContext of(NetSocket socket) {
    return ((NetSocketInternal) socket).channelHandlerContext();
  }
}
