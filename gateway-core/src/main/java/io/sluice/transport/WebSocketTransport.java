package io.sluice.transport;

import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.CloseReason;
import io.sluice.http.Problem;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens WebSockets on one loop. */
final class WebSocketTransport {

  private final TransportLoop loop;

  /**
   * What a client asked for, checked and permitted.
   *
   * @param channel that of the route's template, or null if it has none
   * @param channels those to read at once, each only once; for a client without subprotocol at
   *     least one
   * @param json whether {@code ?format=json} was given; means nothing with the subprotocol
   */
  record Opening(
      Route.Push route,
      @Nullable String channel,
      List<SubscribeRequest.Asked> channels,
      boolean json) {}

  WebSocketTransport(TransportLoop loop) {
    this.loop = loop;
  }

  TransportLoop loop() {
    return loop;
  }

  /**
   * Accepts a handshake that has no {@link WebSocketHandshake#problem}; headers set on the response
   * before are sent. Call from the request's handler, before that returns.
   */
  void accept(HttpServerRequest request, Opening opening) {
    CloseReason refusal = loop.admission().enter();
    if (refusal != null) {
      turnAway(request, refusal);
      return;
    }
    PushRequest asked = PushRequest.of(request);
    String extension = opening.route().compression() ? WebSocketHandshake.extension(asked) : null;
    WebSocketMode mode =
        WebSocketMode.of(WebSocketHandshake.offersOurs(asked), opening.json(), extension != null);
    WebSocketHandshake.accept(request, extension);
    NettyConnection connection = Takeover.of(request);
    new WebSocketStream(this, connection, mode, opening).start(opening.channels());
  }

  /** WS-16. A browser cannot read a refused handshake; above a bound there is no more to give. */
  private void turnAway(HttpServerRequest request, CloseReason reason) {
    loop.metrics().connectionsRefused.labelValues(Transport.WEBSOCKET.word(), reason.slug()).inc();
    if (!loop.admission().turnAway()) {
      request.response().putHeader("Retry-After", "5");
      (reason == CloseReason.DRAINING ? Problem.Kind.DRAINING : Problem.Kind.OVERLOADED)
          .with("the node takes no more clients now: come back in some seconds")
          .send(request.response());
      return;
    }
    WebSocketHandshake.accept(request, null);
    NettyConnection connection = Takeover.of(request);
    connection.start(new TurnedAway(loop.admission()));
    connection.finish(Frame.close(reason.code(), reason.slug()));
  }
}
