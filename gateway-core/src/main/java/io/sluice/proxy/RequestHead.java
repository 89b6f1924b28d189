package io.sluice.proxy;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.sluice.config.Routes;
import io.sluice.config.Upstream;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client's request is to an upstream: which of its lines go on, and what the gateway says
 * itself. {@code docs/proxy.md} has the same as a table.
 *
 * @param request the client's
 * @param path for the upstream, still encoded
 * @param upstream how it gets there
 * @param via the gateway's name in {@code Via}
 * @param upgrade the protocol that the client asks to change to, or null
 */
record RequestHead(
    HttpServerRequest request,
    String path,
    Upstream upstream,
    String via,
    @Nullable String upgrade) {

  static RequestHead of(
      HttpServerRequest request, Routes.Match match, String via, @Nullable String upgrade) {
    return new RequestHead(
        request,
        Objects.requireNonNull(match.upstreamPath()),
        Objects.requireNonNull(match.route().upstream()),
        via,
        upgrade);
  }

  /** The head for one of the targets. */
  HttpRequest to(URI target) {
    HttpRequest to =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, request.method().toNetty(), requestTarget());
    HttpHeaders headers = to.headers();
    headers.set(HttpHeaderNames.HOST, host(target));
    pass(headers);
    sayWhoAsks(headers);
    upstream.request().remove().forEach(headers::remove);
    frame(headers);
    for (Upstream.Header header : upstream.request().add()) {
      headers.add(header.name(), header.value());
    }
    return to;
  }

  /** The query as it came. Bytes above ASCII, which RFC 3986 does not know, are encoded. */
  private String requestTarget() {
    String query = request.query();
    String all = query == null ? path : path + "?" + query;
    StringBuilder encoded = new StringBuilder(all.length());
    for (int i = 0; i < all.length(); i++) {
      char c = all.charAt(i);
      if (c > ' ' && c < 0x7f) {
        encoded.append(c);
      } else {
        encode(c, encoded);
      }
    }
    return encoded.toString();
  }

  /** Writes a byte as RFC 3986 §2.1 does. */
  static void encode(int octet, StringBuilder to) {
    to.append('%').append(String.format(Locale.ROOT, "%02X", octet & 0xff));
  }

  private String host(URI target) {
    String own = request.getHeader(io.vertx.core.http.HttpHeaders.HOST);
    return switch (upstream.host()) {
      case Upstream.KEEP -> own == null ? target.getAuthority() : own;
      case Upstream.TARGET -> target.getAuthority();
      default -> upstream.host();
    };
  }

  private void pass(HttpHeaders to) {
    Set<String> dropped = Hops.of(request.headers().getAll(HttpHeaderNames.CONNECTION));
    boolean trailers = takesTrailers();
    for (Map.Entry<String, String> header : request.headers()) {
      String name = header.getKey().toLowerCase(Locale.ROOT);
      if (!dropped.contains(name) && !isSaidAnew(name)) {
        to.add(header.getKey(), header.getValue());
      }
    }
    if (trailers) {
      to.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
      to.set(HttpHeaderNames.CONNECTION, HttpHeaderNames.TE);
    }
    if (asksFirst()) {
      to.set(HttpHeaderNames.EXPECT, HttpHeaderValues.CONTINUE);
    }
    if (upgrade != null) {
      to.set(HttpHeaderNames.UPGRADE, upgrade);
      to.add(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    }
  }

  /**
   * What the client says of who it is, and where it came from, counts for nothing; nor with {@code
   * _} for {@code -}, which many apps read as the same name.
   */
  private static boolean isSaidAnew(String name) {
    String dashed = name.replace('_', '-');
    return dashed.equals("forwarded")
        || dashed.startsWith("x-forwarded-")
        || dashed.equals("via")
        || name.equals("host")
        || name.equals("expect")
        || (name.indexOf('_') >= 0
            && (dashed.equals("content-length")
                || dashed.equals("transfer-encoding")
                || dashed.equals("host")));
  }

  private void sayWhoAsks(HttpHeaders to) {
    String client = request.remoteAddress().hostAddress();
    String proto = request.isSSL() ? "https" : "http";
    String host = request.getHeader(io.vertx.core.http.HttpHeaders.HOST);
    StringBuilder forwarded = new StringBuilder("for=").append(node(client));
    to.set("X-Forwarded-For", client);
    to.set("X-Forwarded-Proto", proto);
    to.set("X-Forwarded-Port", Integer.toString(request.localAddress().port()));
    if (host != null) {
      to.set("X-Forwarded-Host", host);
      forwarded.append(";host=").append(quoted(host));
    }
    to.set("Forwarded", forwarded.append(";proto=").append(proto).toString());
    String version = request.version() == io.vertx.core.http.HttpVersion.HTTP_1_0 ? "1.0" : "1.1";
    List<String> passed = request.headers().getAll(HttpHeaderNames.VIA);
    String before = passed.isEmpty() ? "" : String.join(", ", passed) + ", ";
    to.set(HttpHeaderNames.VIA, before + version + " " + via);
  }

  /** RFC 7239 §6: an IPv6 address stands in brackets and quotes. */
  private static String node(String address) {
    return address.indexOf(':') >= 0 ? "\"[" + address + "]\"" : address;
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private void frame(HttpHeaders to) {
    if (isChunked()) {
      to.remove(HttpHeaderNames.CONTENT_LENGTH);
      to.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
  }

  /** Whether a body follows; it may be empty. */
  boolean hasBody() {
    String length = request.getHeader(HttpHeaderNames.CONTENT_LENGTH);
    return isChunked() || (length != null && !length.strip().equals("0"));
  }

  boolean isChunked() {
    return request.headers().contains(HttpHeaderNames.TRANSFER_ENCODING);
  }

  /** Whether the client waits for 100 before it sends the body (RFC 9110 §10.1.1). */
  boolean asksFirst() {
    return hasBody()
        && !isOld()
        && request.headers().contains(HttpHeaderNames.EXPECT, HttpHeaderValues.CONTINUE, true);
  }

  /** Whether the client reads trailers (RFC 9110 §6.5.1). */
  boolean takesTrailers() {
    return !isOld()
        && Hops.items(request.headers().getAll(HttpHeaderNames.TE)).contains("trailers");
  }

  /** HTTP/1.0. */
  boolean isOld() {
    return request.version() == io.vertx.core.http.HttpVersion.HTTP_1_0;
  }

  /** Whether the same request twice is as good as once (RFC 9110 §9.2.2). */
  boolean isIdempotent() {
    return switch (request.method().name()) {
      case "GET", "HEAD", "OPTIONS", "PUT", "DELETE" -> true;
      default -> false;
    };
  }

  /** Whether the request has passed here before: every gateway writes its own name into Via. */
  boolean isLoop() {
    for (String line : request.headers().getAll(HttpHeaderNames.VIA)) {
      for (String hop : line.split(",", -1)) {
        String[] words = hop.strip().split("\\s+", 3);
        if (words.length > 1 && words[1].equalsIgnoreCase(via)) {
          return true;
        }
      }
    }
    return false;
  }
}
