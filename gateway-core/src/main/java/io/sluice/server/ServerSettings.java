package io.sluice.server;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.sluice.http.Problem;
import io.sluice.transport.TransportLoop;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

/** How Vert.x serves HTTP/1.1 on each listener. */
final class ServerSettings {

  static final int MAX_LINE_BYTES = 8 << 10;
  static final int MAX_HEADER_BYTES = 16 << 10;
  private static final int BACKLOG = 4096;

  private ServerSettings() {}

  static HttpServerOptions of(Listener listener) {
    return TransportLoop.require(new HttpServerOptions())
        .setMaxInitialLineLength(MAX_LINE_BYTES)
        .setMaxHeaderSize(MAX_HEADER_BYTES)
        .setDecoderInitialBufferSize(128)
        // A proxied upload asks its upstream; the publish API refuses what it can before the body.
        .setHandle100ContinueAutomatically(listener == Listener.ADMIN)
        // Saves a queue of 9 KB for each connection; answers are written on the loop only.
        .setStrictThreadMode(listener == Listener.PUBLIC)
        .setAcceptBacklog(BACKLOG);
  }

  /** Answers a request that does not parse, and closes: what follows on it means nothing. */
  static void refuseInvalid(HttpServerRequest request) {
    refuse(request, problem(request.decoderResult().cause()));
  }

  /** Answers and closes. */
  static void refuse(HttpServerRequest request, Problem problem) {
    request.response().putHeader("Connection", "close");
    problem.send(request.response());
    request.connection().close();
  }

  private static Problem problem(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return Problem.Kind.URI_TOO_LONG.with(
          "the request line has more than " + MAX_LINE_BYTES + " bytes: shorten the URL");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return Problem.Kind.HEADERS_TOO_LARGE.with(
          "the headers have more than " + MAX_HEADER_BYTES + " bytes: send fewer or shorter ones");
    }
    return Problem.Kind.BAD_REQUEST.with("this is no well-formed HTTP/1.1 request (RFC 9112)");
  }
}
