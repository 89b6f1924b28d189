package io.sluice.server;

import io.sluice.http.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what two programs could read in two ways, before anything is routed: what Netty lets pass
 * although RFC 9112 asks a server to refuse it.
 */
final class FrontFilter {

  private FrontFilter() {}

  /** What is wrong with a request's framing, host or target; null for nothing. */
  static @Nullable Problem problem(HttpServerRequest request) {
    HttpVersion version = request.version();
    if (version == null) {
      return bad("the HTTP version is not known (expected HTTP/1.1 or HTTP/1.0)");
    }
    if (request.method().equals(HttpMethod.TRACE)) {
      return Problem.Kind.NOT_SUPPORTED.with("TRACE is not answered here");
    }
    Problem framing = framing(request, version);
    if (framing != null) {
      return framing;
    }
    Problem host = host(request, version);
    return host != null ? host : target(request);
  }

  /** RFC 9112 §6.1: anything but {@code chunked} as the only coding cannot be framed safely. */
  private static @Nullable Problem framing(HttpServerRequest request, HttpVersion version) {
    List<String> codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
    if (codings.isEmpty()) {
      return null;
    }
    boolean chunked = codings.size() == 1 && codings.get(0).strip().equalsIgnoreCase("chunked");
    if (!chunked || version != HttpVersion.HTTP_1_1) {
      return bad("Transfer-Encoding = " + codings + " (expected chunked alone, on HTTP/1.1)");
    }
    return request.headers().contains(HttpHeaders.CONTENT_LENGTH)
        ? bad("both Transfer-Encoding and Content-Length are there (expected one)")
        : null;
  }

  /** RFC 9112 §3.2. */
  private static @Nullable Problem host(HttpServerRequest request, HttpVersion version) {
    List<String> hosts = request.headers().getAll(HttpHeaders.HOST);
    if (hosts.size() > 1 || (hosts.isEmpty() && version == HttpVersion.HTTP_1_1)) {
      return bad(hosts.size() + " Host headers (expected exactly one)");
    }
    return null;
  }

  private static @Nullable Problem target(HttpServerRequest request) {
    String uri = request.uri();
    if (request.method().equals(HttpMethod.CONNECT)) {
      return Problem.Kind.NOT_SUPPORTED.with("CONNECT tunnels are not made here");
    }
    if (!uri.startsWith("/") && !uri.equals("*")) {
      return bad("the request target is not a path (expected it to start with /)");
    }
    int query = uri.indexOf('?');
    String path = query < 0 ? uri : uri.substring(0, query);
    if (path.indexOf('#') >= 0 || path.indexOf('\\') >= 0) {
      return bad("the path holds a # or a \\ (expected %23 or %5C)");
    }
    return null;
  }

  /** Whether a segment is {@code .} or {@code ..}, which upstreams read in different ways. */
  static boolean hasDotSegment(String path) {
    for (String segment : path.split("/", -1)) {
      String name = segment.toLowerCase(Locale.ROOT).replace("%2e", ".");
      if (name.equals(".") || name.equals("..")) {
        return true;
      }
    }
    return false;
  }

  private static Problem bad(String detail) {
    return Problem.Kind.BAD_REQUEST.with(detail);
  }
}
