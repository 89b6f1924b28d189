package io.sluice.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.sluice.config.Routes;
import io.sluice.config.Upstream;
import io.sluice.http.RequestTarget;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.net.URI;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client's request is to an upstream: which of its lines go on, and what the gateway says
 * itself. {@code docs/proxy.md} has the same as a table.
 */
final class RequestHead {

  /**
   * What the client says of who it is, and where it came from, counts for nothing; the other two
   * are said by the gateway.
   */
  private static final NameSet SAID_ANEW = NameSet.of("forwarded", "via", "host", "expect");

  private static final NameSet FRAMES = NameSet.of("content-length", "transfer-encoding", "host");
  private static final AsciiString X_FORWARDED = AsciiString.cached("x-forwarded-");

  private static final AsciiString FORWARDED_FOR = AsciiString.cached("Forwarded: for=");
  private static final AsciiString HOST_IS = AsciiString.cached(";host=");
  private static final AsciiString PROTO_IS = AsciiString.cached(";proto=");
  private static final AsciiString VIA_IS = AsciiString.cached("via: ");
  private static final AsciiString FORWARDED = AsciiString.cached("Forwarded");
  private static final AsciiString X_FORWARDED_HOST = AsciiString.cached("X-Forwarded-Host");

  private final HttpServerRequest request;
  private final HttpHeaders headers;
  private final String path;
  private final Upstream upstream;
  private final String via;
  private final @Nullable String upgrade;
  private final Caller caller;
  private final boolean old;
  private final boolean chunked;
  private final boolean body;
  private final boolean asksFirst;
  private final int maxForwards;

  /**
   * @param match of a route that has an upstream
   * @param via the gateway's name in {@code Via}
   * @param upgrade the protocol that the client asks to change to, or null; counts only without a
   *     body
   */
  RequestHead(HttpServerRequest request, Routes.Match match, String via, @Nullable String upgrade) {
    this.request = request;
    this.headers = Channels.headers(request);
    this.path = Objects.requireNonNull(match.upstreamPath());
    this.upstream = Objects.requireNonNull(match.route().upstream());
    this.via = via;
    this.caller = Caller.of(request);
    this.old = request.version() == HttpVersion.HTTP_1_0;
    this.chunked = headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    this.body = chunked || (length != null && !length.strip().equals("0"));
    this.upgrade = body ? null : upgrade;
    this.asksFirst = body && !old && expectsContinue(headers);
    this.maxForwards = MaxForwards.of(request.method(), headers);
  }

  /** RFC 9110 §10.1.1; with another expectation beside it, it is one that nobody knows. */
  private static boolean expectsContinue(HttpHeaders headers) {
    if (!headers.contains(HttpHeaderNames.EXPECT)) {
      return false;
    }
    List<String> lines = headers.getAll(HttpHeaderNames.EXPECT);
    return lines.size() == 1
        && HttpHeaderValues.CONTINUE.contentEqualsIgnoreCase(lines.get(0).strip());
  }

  HttpServerRequest request() {
    return request;
  }

  Upstream upstream() {
    return upstream;
  }

  /** The protocol that the client asks to change to, or null. */
  @Nullable String upgrade() {
    return upgrade;
  }

  Caller caller() {
    return caller;
  }

  /** The head for one of the targets. */
  ByteBuf to(URI target, HeadWriter writer, ByteBufAllocator allocator) {
    writer.begin(request.method().name(), requestTarget());
    writer.line(HttpHeaderNames.HOST, host(target));
    pass(writer);
    sayWhoAsks(writer);
    if (chunked) {
      writer.line(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    for (Upstream.Header header : upstream.request().add()) {
      writer.line(header.name(), header.value());
    }
    return writer.end(allocator);
  }

  private String requestTarget() {
    String query = request.query();
    return RequestTarget.encoded(query == null ? path : path + "?" + query);
  }

  private String host(URI target) {
    String own = headers.get(HttpHeaderNames.HOST);
    return switch (upstream.host()) {
      case Upstream.KEEP -> own == null ? target.getAuthority() : own;
      case Upstream.TARGET -> target.getAuthority();
      default -> upstream.host();
    };
  }

  private void pass(HeadWriter to) {
    Hops hops = Hops.of(headers);
    List<String> removed = upstream.request().remove();
    Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> header = all.next();
      CharSequence name = header.getKey();
      boolean ends = hops.end(name) || isSaidAnew(name) || NameSet.isAmong(removed, name);
      if (!ends && !isReplaced(name)) {
        to.line(name, header.getValue());
      }
    }
    if (takesTrailers()) {
      to.line(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
      to.line(HttpHeaderNames.CONNECTION, HttpHeaderNames.TE);
    }
    if (maxForwards > 0 && !NameSet.isAmong(removed, MaxForwards.NAME)) {
      to.line(MaxForwards.NAME, Integer.toString(maxForwards - 1));
    }
    if (asksFirst) {
      to.line(HttpHeaderNames.EXPECT, HttpHeaderValues.CONTINUE);
    }
    if (upgrade != null) {
      to.line(HttpHeaderNames.UPGRADE, upgrade);
      to.line(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    }
  }

  private boolean isReplaced(CharSequence name) {
    return (chunked && HttpHeaderNames.CONTENT_LENGTH.contentEqualsIgnoreCase(name))
        || (maxForwards > 0 && MaxForwards.NAME.contentEqualsIgnoreCase(name));
  }

  /** Also with {@code _} for {@code -}, which many apps read as the same name. */
  private static boolean isSaidAnew(CharSequence name) {
    if (AsciiString.indexOf(name, '_', 0) >= 0) {
      String dashed = name.toString().replace('_', '-');
      return FRAMES.contains(dashed) || isSaidAnew(dashed);
    }
    return SAID_ANEW.contains(name)
        || AsciiString.regionMatchesAscii(name, true, 0, X_FORWARDED, 0, X_FORWARDED.length());
  }

  private void sayWhoAsks(HeadWriter to) {
    String host = headers.get(HttpHeaderNames.HOST);
    List<String> removed = upstream.request().remove();
    caller.say(to, removed);
    if (host != null && !NameSet.isAmong(removed, X_FORWARDED_HOST)) {
      to.line(X_FORWARDED_HOST, host);
    }
    if (!NameSet.isAmong(removed, FORWARDED)) {
      sayForwarded(to, host);
    }
    to.raw(VIA_IS);
    for (String before : headers.getAll(HttpHeaderNames.VIA)) {
      to.text(before);
      to.text(", ");
    }
    to.text(old ? "1.0 " : "1.1 ");
    to.text(via);
    to.endLine();
  }

  /** RFC 7239 §4. */
  private void sayForwarded(HeadWriter to, @Nullable String host) {
    to.raw(FORWARDED_FOR);
    to.text(caller.node());
    if (host != null) {
      to.raw(HOST_IS);
      to.text(quoted(host));
    }
    to.raw(PROTO_IS);
    to.text(caller.proto());
    to.endLine();
  }

  private static String quoted(String text) {
    boolean plain = text.indexOf('\\') < 0 && text.indexOf('"') < 0;
    return '"' + (plain ? text : text.replace("\\", "\\\\").replace("\"", "\\\"")) + '"';
  }

  /** Whether a body follows; it may be empty. */
  boolean hasBody() {
    return body;
  }

  boolean isChunked() {
    return chunked;
  }

  /** Whether the client waits for 100 before it sends the body (RFC 9110 §10.1.1). */
  boolean asksFirst() {
    return asksFirst;
  }

  /** Whether the client reads trailers (RFC 9110 §6.5.1). */
  boolean takesTrailers() {
    return !old && Hops.items(headers.getAll(HttpHeaderNames.TE)).contains("trailers");
  }

  /** How often it may still be forwarded, as {@link MaxForwards#of} has it. */
  int maxForwards() {
    return maxForwards;
  }

  /** HTTP/1.0. */
  boolean isOld() {
    return old;
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
    for (String line : headers.getAll(HttpHeaderNames.VIA)) {
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
