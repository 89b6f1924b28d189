package io.sluice.proxy;

import io.sluice.config.Route;
import io.sluice.config.Routes;
import io.sluice.http.Problem;
import io.sluice.metrics.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;

/**
 * Passes requests of one event loop to upstreams over connections that it keeps for the next ones.
 * Made and called on that loop.
 */
public final class Proxy {

  static final int CONNECT_TIMEOUT_MS = 5_000;

  /** From the end of the request to the head of the answer. */
  static final int FIRST_BYTE_TIMEOUT_MS = 60_000;

  /**
   * Shorter than the 5 s after which a Node.js server closes: a request must not race with that.
   */
  private static final int KEEP_ALIVE_S = 4;

  private static final int CONNECTIONS_PER_UPSTREAM = 256;
  private static final int WAITING_REQUESTS = 1024;
  private static final int MAX_HEADER_BYTES = 64 << 10;

  private final Vertx vertx;
  private final HttpClient client;
  private final Metrics metrics;
  private int underWay;

  public Proxy(Vertx vertx, Metrics metrics) {
    this.vertx = vertx;
    this.metrics = metrics;
    this.client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_1_1)
                .setKeepAlive(true)
                .setKeepAliveTimeout(KEEP_ALIVE_S)
                .setPipelining(false)
                .setDecompressionSupported(false)
                .setConnectTimeout(CONNECT_TIMEOUT_MS)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setTcpNoDelay(true),
            new PoolOptions()
                .setHttp1MaxSize(CONNECTIONS_PER_UPSTREAM)
                .setMaxWaitQueueSize(WAITING_REQUESTS));
  }

  /**
   * Passes a request to its route's upstream and the answer back. Every failure is answered: 502
   * {@code upstream-bad}, 504 {@code upstream-timeout}, 503 {@code overloaded}; or, when the answer
   * has begun, told by closing the client's connection.
   *
   * @param request whose body has not been read
   * @param match of a route that has an upstream
   */
  public void pass(HttpServerRequest request, Routes.Match match) {
    Route route = match.route();
    if (match.upstreamPath() == null) {
      throw new IllegalArgumentException("route " + route.path().text() + " has no upstream");
    }
    if (isTunnel(request)) {
      Problem.Kind.NOT_SUPPORTED
          .with("WebSocket and CONNECT tunnels to upstreams are not supported: connect directly")
          .send(request.response());
      return;
    }
    underWay++;
    new Passage(vertx, client, request, match)
        .run()
        .onComplete(
            outcome -> {
              underWay--;
              String code = outcome.succeeded() ? outcome.result() : "failed";
              metrics.upstreamRequests.labelValues(route.path().text(), code).inc();
            });
  }

  /** Requests that have not ended. */
  public int underWay() {
    return underWay;
  }

  /** Other upgrades may be ignored (RFC 9110 §7.8), but a WebSocket client waits for its 101. */
  private static boolean isTunnel(HttpServerRequest request) {
    return request.method().equals(HttpMethod.CONNECT)
        || request.headers().contains(HttpHeaders.UPGRADE, "websocket", true);
  }
}
