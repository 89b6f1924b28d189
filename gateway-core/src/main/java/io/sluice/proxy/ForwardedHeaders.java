package io.sluice.proxy;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Which headers travel between a client and an upstream, and which are said anew. */
final class ForwardedHeaders {

  /** About one connection only: RFC 9110 §7.6.1 and §11.7. */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authorization",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "http2-settings");

  private ForwardedHeaders() {}

  /** Sets what an upstream gets. The client's own word about who it is is not passed on. */
  static void request(HttpServerRequest from, MultiMap to) {
    Set<String> dropped = connectionOptions(from.headers());
    for (Map.Entry<String, String> header : from.headers()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!dropped.contains(name) && !isForwarded(name) && !name.equals("expect")) {
        to.add(header.getKey(), header.getValue());
      }
    }
    to.set("X-Forwarded-For", from.remoteAddress().hostAddress());
    to.set("X-Forwarded-Proto", from.isSSL() ? "https" : "http");
    String host = from.getHeader(HttpHeaders.HOST);
    if (host != null) {
      to.set("X-Forwarded-Host", host);
    }
  }

  /** Sets what a client gets. */
  static void response(MultiMap from, MultiMap to) {
    Set<String> dropped = connectionOptions(from);
    for (Map.Entry<String, String> header : from) {
      if (!dropped.contains(header.getKey().toLowerCase(Locale.ROOT))) {
        to.add(header.getKey(), header.getValue());
      }
    }
  }

  /** The fixed ones, and those that {@code Connection} names (RFC 9110 §7.6.1). */
  private static Set<String> connectionOptions(MultiMap headers) {
    if (!headers.contains(HttpHeaders.CONNECTION)) {
      return HOP_BY_HOP;
    }
    Set<String> names = new HashSet<>(HOP_BY_HOP);
    for (String value : headers.getAll(HttpHeaders.CONNECTION)) {
      for (String option : value.split(",", -1)) {
        names.add(option.strip().toLowerCase(Locale.ROOT));
      }
    }
    // These frame and route the message; a client that names them must not make them vanish.
    names.remove("host");
    names.remove("content-length");
    return names;
  }

  /** With {@code _} for {@code -} too, which many apps read as the same name. */
  private static boolean isForwarded(String name) {
    String dashed = name.replace('_', '-');
    return dashed.startsWith("x-forwarded-") || dashed.equals("forwarded");
  }
}
