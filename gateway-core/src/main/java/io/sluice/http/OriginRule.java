package io.sluice.http;

import io.sluice.config.Route;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whose pages may subscribe, and the CORS headers that tell them: {@code docs/protocol.md} §11. */
public final class OriginRule {

  private static final String EXPOSED = "ETag, Link, Preference-Applied, Retry-After";
  private static final String ALLOWED =
      "Prefer, If-None-Match, Authorization, Last-Event-ID, Content-Type";

  private final Route.Origins origins;
  private final boolean secure;

  /**
   * @param secure whether the request came over TLS
   */
  public OriginRule(Route.Origins origins, boolean secure) {
    this.origins = origins;
    this.secure = secure;
  }

  /** Why a request may not go on because of its origin; null if it may. */
  public @Nullable Problem refusal(MultiMap headers) {
    List<String> given = headers.getAll("Origin");
    if (given.isEmpty()) {
      return null;
    }
    String origin = given.get(0);
    return given.size() > 1 || !allows(origin, headers.get("Host"))
        ? Problem.Kind.ORIGIN_REFUSED.with(
            "pages of " + origin + " may not subscribe here (see the route's origins)")
        : null;
  }

  /**
   * Sets the CORS headers of an answer, whatever that will be; none for one with a {@link
   * #refusal}.
   */
  public void grant(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    if (origin == null || refusal(request.headers()) != null) {
      return;
    }
    HttpServerResponse response = request.response();
    if (origins.any()) {
      response.putHeader("Access-Control-Allow-Origin", "*");
    } else {
      response.putHeader("Access-Control-Allow-Origin", origin);
      response.putHeader("Access-Control-Allow-Credentials", "true");
    }
    response.putHeader("Access-Control-Expose-Headers", EXPOSED);
  }

  private boolean allows(String origin, @Nullable String host) {
    if (origins.any()) {
      return true;
    }
    if (!origins.exact().isEmpty()) {
      return origins.exact().contains(origin);
    }
    return isSame(origin, host, secure);
  }

  /**
   * Same origin: the authority is that of the request. Over TLS the scheme is {@code https}: who
   * can speak for the host in the clear may not read what is encrypted. In the clear it cannot be
   * known, because a TLS terminator may stand before, so that the default port of either may be
   * left out.
   */
  static boolean isSame(String origin, @Nullable String host, boolean secure) {
    int authority = origin.indexOf("://");
    if (authority < 0 || host == null) {
      return false;
    }
    String scheme = origin.substring(0, authority).toLowerCase(Locale.ROOT);
    String defaultPort =
        switch (scheme) {
          case "http" -> secure ? "" : ":80";
          case "https" -> ":443";
          default -> "";
        };
    return !defaultPort.isEmpty()
        && without(defaultPort, origin.substring(authority + 3)).equals(without(defaultPort, host));
  }

  private static String without(String defaultPort, String authority) {
    String lower = authority.toLowerCase(Locale.ROOT);
    return lower.endsWith(defaultPort)
        ? lower.substring(0, lower.length() - defaultPort.length())
        : lower;
  }

  /** Answers OPTIONS (COR-3). The origin was checked before. */
  public static void preflight(HttpServerResponse response) {
    response
        .setStatusCode(204)
        .putHeader("Allow", "GET, HEAD, OPTIONS")
        .putHeader("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
        .putHeader("Access-Control-Allow-Headers", ALLOWED)
        .putHeader("Access-Control-Max-Age", "600")
        .end();
  }
}
