package io.sluice.server;

import io.sluice.config.Config;
import io.sluice.http.Problem;
import io.sluice.http.guard.Door;
import io.sluice.http.guard.Violation;
import io.sluice.transport.TransportLoop;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How Vert.x serves HTTP/1.1 on each listener. */
final class ServerSettings {

  private static final Logger ACCESS = LoggerFactory.getLogger("io.sluice.access");

  /** Connections that the kernel has accepted and no loop has taken yet; the kernel counts them. */
  private static final int BACKLOG = 4096;

  private static final int SPARE_BYTES = 16;

  private final Config.Limits limits;
  private final Config.Tls tls;

  ServerSettings(Config config) {
    this.limits = config.limits();
    this.tls = config.listen().tls();
  }

  HttpServerOptions of(Listener listener) {
    return ListenerTls.set(TransportLoop.require(new HttpServerOptions()), listener.of(tls))
        // The guard counts before; what it rewrites is not longer than what it counted.
        .setMaxInitialLineLength(limits.requestLineBytes() + SPARE_BYTES)
        .setMaxHeaderSize(limits.headerBytes() + SPARE_BYTES)
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
    // Neither method nor path: what is refused here may mean anything.
    ACCESS.info(
        "transport=refused remote={} status={} reason={}",
        request.remoteAddress().hostAddress(),
        problem.kind().status(),
        problem.kind().slug());
    Door.refuses(request);
    request.response().putHeader("Connection", "close");
    problem.send(request.response());
    request.connection().close();
  }

  private static Problem problem(Throwable cause) {
    return cause instanceof Violation violation
        ? violation.problem()
        : Problem.Kind.BAD_REQUEST.with("this is no well-formed HTTP/1.1 request (RFC 9112)");
  }
}
