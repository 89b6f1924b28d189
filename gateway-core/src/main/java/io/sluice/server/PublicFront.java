package io.sluice.server;

import io.sluice.config.Route;
import io.sluice.config.Routes;
import io.sluice.http.Problem;
import io.sluice.proxy.Proxy;
import io.sluice.transport.PushEndpoint;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;

/** Where a request on the listener {@code public} goes: a push route, an upstream, or nowhere. */
final class PublicFront implements Handler<HttpServerRequest> {

  private static final Set<HttpMethod> SUBSCRIBING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private final Routes routes;
  private final PushEndpoint push;
  private final Proxy proxy;

  PublicFront(Routes routes, PushEndpoint push, Proxy proxy) {
    this.routes = routes;
    this.push = push;
    this.proxy = proxy;
  }

  @Override
  public void handle(HttpServerRequest request) {
    String path = request.path();
    if (path == null || FrontFilter.hasDotSegment(path)) {
      Problem.Kind.BAD_REQUEST
          .with("the path has a segment . or .. (expected none): send the path it means")
          .send(request.response());
      return;
    }
    boolean isPush = false;
    for (Routes.Match match : routes.matches(path)) {
      Route route = match.route();
      isPush |= route.push() != null;
      if (route.push() != null && SUBSCRIBING.contains(request.method())) {
        subscribe(request, route.push(), match);
        return;
      }
      if (route.upstream() != null) {
        proxy.pass(request, match);
        return;
      }
    }
    refuse(request, isPush);
  }

  private void subscribe(HttpServerRequest request, Route.Push route, Routes.Match match) {
    if (match.problem() == null) {
      push.handle(request, route, match.channel());
    } else {
      push.refuse(request, route, Problem.Kind.BAD_CHANNEL.with(match.problem()));
    }
  }

  /** NEG-7: no matching route takes the method, or nothing matches. */
  private static void refuse(HttpServerRequest request, boolean isPush) {
    if (isPush) {
      request
          .response()
          .putHeader("Allow", "GET, HEAD, OPTIONS")
          .putHeader("Vary", PushEndpoint.VARY);
      Problem.Kind.METHOD_NOT_ALLOWED
          .with(request.method() + " is not taken here (expected GET, HEAD or OPTIONS)")
          .send(request.response());
    } else {
      Problem.Kind.NOT_FOUND
          .with("no route matches " + request.path() + ": see routes in the configuration")
          .send(request.response());
    }
  }
}
