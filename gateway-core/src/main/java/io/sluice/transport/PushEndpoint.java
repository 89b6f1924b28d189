package io.sluice.transport;

import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.CloseReason;
import io.sluice.http.OriginRule;
import io.sluice.http.Problem;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import org.jspecify.annotations.Nullable;

/**
 * The push routes of one event loop: takes GET, HEAD and OPTIONS, chooses the transport, and opens
 * a stream or a poll, or refuses. Touched by its loop alone.
 */
public final class PushEndpoint {

  /** What the answers of a push route depend on, beside its URL (NEG-6). */
  public static final String VARY = "Accept, Prefer, Origin";

  private final TransportLoop loop;
  private final WebSocketTransport webSockets;

  public PushEndpoint(TransportLoop loop) {
    this.loop = loop;
    this.webSockets = new WebSocketTransport(loop);
  }

  /**
   * Serves a request of a push route. Call from the request's handler, before that returns.
   *
   * @param channel that the route's template gives, or null
   */
  public void handle(HttpServerRequest request, Route.Push route, @Nullable String channel) {
    handle(request, route, channel, null);
  }

  /**
   * Refuses a request of a push route, so that page code of an allowed origin can read why. OPTIONS
   * is answered as always.
   */
  public void refuse(HttpServerRequest request, Route.Push route, Problem problem) {
    handle(request, route, null, problem);
  }

  /** The loop serves no more: gives back what is held outside of the heap. */
  public void close() {
    loop.close();
  }

  private void handle(
      HttpServerRequest request,
      Route.Push route,
      @Nullable String channel,
      @Nullable Problem known) {
    HttpServerResponse response = request.response();
    response.putHeader("Vary", VARY);
    new OriginRule(route.origins(), request.isSSL()).grant(request);
    PushRequest.Outcome outcome = PushRequest.of(request).decide(route, channel, known);
    if (outcome instanceof PushRequest.Outcome.Subscribes subscribes) {
      open(request, route, subscribes.subscribe(), channel);
    } else if (outcome instanceof PushRequest.Outcome.Refused refused) {
      refused.headers().forEach(add -> response.putHeader(add.getKey(), add.getValue()));
      refuse(request, refused.transport(), refused.problem());
    } else {
      OriginRule.preflight(response);
    }
  }

  private void open(
      HttpServerRequest request,
      Route.Push route,
      SubscribeRequest subscribe,
      @Nullable String channel) {
    switch (subscribe.transport()) {
      case WEBSOCKET ->
          webSockets.accept(
              request,
              new WebSocketTransport.Opening(
                  route, channel, subscribe.channels(), subscribe.json()));
      case SSE -> openStream(request, route, subscribe);
      case LONG_POLL, POLL -> openPoll(request, route, subscribe);
    }
  }

  private void openStream(HttpServerRequest request, Route.Push route, SubscribeRequest subscribe) {
    request
        .response()
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Accel-Buffering", "no")
        .putHeader("Incremental", "?1")
        .putHeader("Connection", "close");
    CloseReason refusal = loop.admission().enter();
    if (refusal == null) {
      new SseStream(loop, Takeover.of(request), route, subscribe).start();
    } else if (loop.admission().turnAway()) {
      SseStream.turnAway(loop, Takeover.of(request), route, refusal);
    } else {
      turnAwayBriefly(request, route, refusal);
    }
  }

  /** The same bytes (SSE-10), but nobody waits until the client has read them. */
  private void turnAwayBriefly(HttpServerRequest request, Route.Push route, CloseReason reason) {
    loop.metrics().connectionsRefused.labelValues(Transport.SSE.word(), reason.slug()).inc();
    request
        .response()
        .end(SseStream.farewell(loop, route, reason))
        .onComplete(sent -> request.connection().close());
  }

  private void openPoll(HttpServerRequest request, Route.Push route, SubscribeRequest subscribe) {
    CloseReason refusal = loop.admission().enter();
    if (refusal != null) {
      Problem.Kind kind =
          refusal == CloseReason.DRAINING ? Problem.Kind.DRAINING : Problem.Kind.OVERLOADED;
      long seconds = 1 + loop.random().nextLong(5);
      request.response().putHeader("Retry-After", Long.toString(seconds));
      refuse(request, subscribe.transport(), kind.with("come back in " + seconds + " s"));
      return;
    }
    new Poll(loop, new PollAnswer(request, loop.pollBodies()), route, subscribe).start();
  }

  private void refuse(HttpServerRequest request, Transport transport, Problem problem) {
    loop.metrics().connectionsRefused.labelValues(transport.word(), problem.kind().slug()).inc();
    HttpServerResponse response = request.response();
    problem.send(response);
  }
}
