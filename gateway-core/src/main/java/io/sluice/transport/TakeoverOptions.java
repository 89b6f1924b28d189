package io.sluice.transport;

import io.vertx.core.http.HttpServerOptions;

/** How a server of Vert.x is set so that its connections can be taken over. */
final class TakeoverOptions {

  private TakeoverOptions() {}

  /** Sets what {@link Takeover#of} needs. */
  static HttpServerOptions require(HttpServerOptions options) {
    return options
        .setUseAlpn(false) // HTTP/1.1 only: a stream of HTTP/2 is no connection of its own
        .setHttp2ClearTextEnabled(false)
        .setCompressionSupported(false)
        .setDecompressionSupported(false)
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setIdleTimeout(0)
        .setReadIdleTimeout(0)
        .setWriteIdleTimeout(0)
        .setTcpNoDelay(true);
  }
}
