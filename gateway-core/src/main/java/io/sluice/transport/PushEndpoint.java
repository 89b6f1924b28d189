package io.sluice.transport;

import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.CloseReason;
import io.sluice.http.OriginRule;
import io.sluice.http.Problem;
import io.sluice.http.RequestTarget;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.stream.Collectors;
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
    if (admits(request, route)) {
      negotiate(request, route, channel);
    }
  }

  /**
   * Refuses a request of a push route, so that page code of an allowed origin can read why. OPTIONS
   * is answered as always.
   */
  public void refuse(HttpServerRequest request, Route.Push route, Problem problem) {
    if (admits(request, route)) {
      refuse(request, Negotiation.choose(request, false), problem);
    }
  }

  /** Sets the headers that every answer has; answers if the origin or the method needs no more. */
  private boolean admits(HttpServerRequest request, Route.Push route) {
    request.response().putHeader("Vary", VARY);
    Problem refusal = new OriginRule(route.origins()).check(request);
    if (refusal != null) {
      refuse(request, Negotiation.choose(request, false), refusal);
      return false;
    }
    boolean preflight = request.method().name().equals("OPTIONS");
    if (preflight) {
      OriginRule.preflight(request.response());
    }
    return !preflight;
  }

  private void negotiate(HttpServerRequest request, Route.Push route, @Nullable String channel) {
    RequestTarget target = RequestTarget.parse(request.path(), request.query());
    boolean waits = target != null && target.parameters().containsKey("wait");
    Transport transport = Negotiation.choose(request, waits);
    Problem problem = problem(request, route, transport, target);
    if (problem != null || target == null) {
      refuse(request, transport, problem != null ? problem : badQuery());
      return;
    }
    SubscribeRequest.Input input =
        new SubscribeRequest.Input(
            transport,
            request.getHeader("Last-Event-ID"),
            target.parameters(),
            Negotiation.preferredWait(request.headers().getAll("Prefer")),
            transport == Transport.WEBSOCKET && WebSocketHandshake.offersOurs(request));
    SubscribeRequest.Outcome outcome = SubscribeRequest.read(input, route, channel);
    if (outcome.problem() != null) {
      refuse(request, transport, outcome.problem());
    } else if (outcome.request() != null) {
      open(request, route, outcome.request(), channel);
    }
  }

  private static Problem badQuery() {
    return Problem.Kind.BAD_REQUEST.with(
        "the path or query is not valid percent-encoded UTF-8: encode each value");
  }

  private static @Nullable Problem problem(
      HttpServerRequest request,
      Route.Push route,
      Transport transport,
      @Nullable RequestTarget target) {
    if (target == null) {
      return badQuery();
    }
    if (transport != Transport.WEBSOCKET && request.headers().contains("Sec-WebSocket-Key")) {
      request.response().putHeader("Upgrade", "websocket").putHeader("Connection", "Upgrade");
      return Problem.Kind.UPGRADE_REQUIRED.with(
          "the request has a Sec-WebSocket-Key but no Upgrade: websocket");
    }
    if (!route.transports().contains(transport)) {
      String offered =
          route.transports().stream()
              .map(Transport::word)
              .sorted()
              .collect(Collectors.joining(", "));
      return Problem.Kind.NOT_OFFERED.with(
          "transport " + transport.word() + " is not offered here (offered: " + offered + ")");
    }
    return transport == Transport.WEBSOCKET ? WebSocketHandshake.problem(request) : null;
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
      new SseStream(loop, NettyConnection.takeOver(request), route, subscribe).start();
    } else if (loop.admission().turnAway()) {
      SseStream.turnAway(loop, NettyConnection.takeOver(request), route, refusal);
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
    new Poll(loop, new PollAnswer(request), route, subscribe).start();
  }

  private void refuse(HttpServerRequest request, Transport transport, Problem problem) {
    loop.metrics().connectionsRefused.labelValues(transport.word(), problem.kind().slug()).inc();
    HttpServerResponse response = request.response();
    problem.send(response);
  }
}
