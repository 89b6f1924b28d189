package io.sluice.server;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.sluice.config.Config;
import io.sluice.http.Problem;
import io.sluice.metrics.Metrics;
import io.sluice.transport.TransportLoop;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

/** How Vert.x serves HTTP/1.1 on each listener. */
final class ServerSettings {

  /** Connections that the kernel has accepted and no loop has taken yet; the kernel counts them. */
  private static final int BACKLOG = 4096;

  private final Config.Limits limits;
  private final Metrics metrics;

  ServerSettings(Config.Limits limits, Metrics metrics) {
    this.limits = limits;
    this.metrics = metrics;
  }

  HttpServerOptions of(Listener listener) {
    return TransportLoop.require(new HttpServerOptions())
        .setMaxInitialLineLength(limits.requestLineBytes())
        .setMaxHeaderSize(limits.headerBytes())
        .setDecoderInitialBufferSize(128)
        // A proxied upload asks its upstream; the publish API refuses what it can before the body.
        .setHandle100ContinueAutomatically(listener == Listener.ADMIN)
        // Saves a queue of 9 KB for each connection; answers are written on the loop only.
        .setStrictThreadMode(listener == Listener.PUBLIC)
        .setAcceptBacklog(BACKLOG);
  }

  /** Answers a request that does not parse, and closes: what follows on it means nothing. */
  void refuseInvalid(HttpServerRequest request) {
    refuse(request, problem(request.decoderResult().cause()));
  }

  /** Answers and closes. */
  static void refuse(HttpServerRequest request, Problem problem) {
    request.response().putHeader("Connection", "close");
    problem.send(request.response());
    request.connection().close();
  }

  private Problem problem(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      metrics.limitsHit.labelValues("limits.request-line").inc();
      return Problem.Kind.URI_TOO_LONG.with(
          "the request line has more than "
              + limits.requestLineBytes()
              + " bytes (limits.request-line): shorten the URL");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      metrics.limitsHit.labelValues("limits.header").inc();
      return Problem.Kind.HEADERS_TOO_LARGE.with(
          "the headers have more than "
              + limits.headerBytes()
              + " bytes (limits.header): send fewer or shorter ones");
    }
    return Problem.Kind.BAD_REQUEST.with("this is no well-formed HTTP/1.1 request (RFC 9112)");
  }
}
