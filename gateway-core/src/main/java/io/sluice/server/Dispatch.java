package io.sluice.server;

import io.sluice.config.Route;
import io.sluice.config.Routes;
import io.sluice.http.Problem;
import io.sluice.http.guard.PathRule;
import io.vertx.core.http.HttpMethod;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which part of which route takes a request: the rules that {@link PublicFront} serves by. */
final class Dispatch {

  private static final Set<HttpMethod> SUBSCRIBING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private Dispatch() {}

  /** What a matching route does with a request. */
  enum Part {
    PUSH,
    UPSTREAM,
    /** It has nothing for this method: the next route is asked. */
    NONE
  }

  /** NEG-7. */
  static Part part(Route route, HttpMethod method) {
    if (route.push() != null && SUBSCRIBING.contains(method)) {
      return Part.PUSH;
    }
    return route.upstream() != null ? Part.UPSTREAM : Part.NONE;
  }

  /** Why a path is not routed at all; null if it is. */
  static @Nullable Problem ambiguity(@Nullable String path) {
    return path == null
        ? Problem.Kind.BAD_REQUEST.with("there is no path (expected one that starts with /)")
        : PathRule.routing(path);
  }

  /** Why a push route can read no channel from the path; null if it can, or has none. */
  static @Nullable Problem malformed(Routes.Match match) {
    return match.problem() == null ? null : Problem.Kind.BAD_CHANNEL.with(match.problem());
  }

  /**
   * NEG-7: no matching route takes the method, or nothing matches.
   *
   * @param isPush whether a push route matches
   */
  static Problem untaken(boolean isPush, HttpMethod method, String path) {
    return isPush
        ? Problem.Kind.METHOD_NOT_ALLOWED.with(
            method + " is not taken here (expected GET, HEAD or OPTIONS)")
        : Problem.Kind.NOT_FOUND.with(
            "no route matches " + path + ": see routes in the configuration");
  }
}
