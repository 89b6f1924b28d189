package io.sluice.server;

import io.sluice.config.Route;
import io.sluice.config.Routes;
import io.sluice.http.Problem;
import io.sluice.http.guard.PathRule;
import io.sluice.proxy.Proxy;
import io.sluice.transport.PushEndpoint;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import java.util.Objects;

/** Where a request on the listener {@code public} goes: a push route, an upstream, or nowhere. */
final class PublicFront implements Handler<HttpServerRequest> {

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
    Problem ambiguity = Dispatch.ambiguity(path);
    if (ambiguity != null || path == null) {
      ServerSettings.refuse(request, Objects.requireNonNull(ambiguity));
      return;
    }
    boolean isPush = false;
    for (Routes.Match match : routes.matches(path)) {
      Route.Push asPush = match.route().push();
      isPush |= asPush != null;
      Dispatch.Part part = Dispatch.part(match.route(), request.method());
      if (part == Dispatch.Part.PUSH && asPush != null) {
        subscribe(request, asPush, match);
        return;
      }
      if (part == Dispatch.Part.UPSTREAM) {
        pass(request, match);
        return;
      }
    }
    refuse(request, isPush);
  }

  private void pass(HttpServerRequest request, Routes.Match match) {
    Problem ambiguity = PathRule.forwarding(request.path());
    if (ambiguity == null) {
      proxy.pass(request, match);
    } else {
      ServerSettings.refuse(request, ambiguity);
    }
  }

  private void subscribe(HttpServerRequest request, Route.Push route, Routes.Match match) {
    Problem malformed = Dispatch.malformed(match);
    if (malformed == null) {
      push.handle(request, route, match.channel());
    } else {
      push.refuse(request, route, malformed);
    }
  }

  private static void refuse(HttpServerRequest request, boolean isPush) {
    if (isPush) {
      request
          .response()
          .putHeader("Allow", "GET, HEAD, OPTIONS")
          .putHeader("Vary", PushEndpoint.VARY);
    }
    Dispatch.untaken(isPush, request.method(), request.path()).send(request.response());
  }
}
