package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.sluice.http.Problem;
import io.sluice.http.RequestTarget;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The HTTP side of a poll: body, validators and links of its answer (POL-1, POL-6 to POL-8). */
final class PollAnswer implements Presence.Peer {

  private static final CharSequence CACHE_CONTROL = HttpHeaders.createOptimized("Cache-Control");
  private static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("Content-Type");
  private static final CharSequence ETAG = HttpHeaders.createOptimized("ETag");
  private static final CharSequence NO_CACHE = HttpHeaders.createOptimized("no-cache");
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence LINK = HttpHeaders.createOptimized("Link");
  private static final CharSequence APPLIED = HttpHeaders.createOptimized("Preference-Applied");

  private final HttpServerRequest request;
  private final PollBodies bodies;
  private @Nullable List<String> ifNoneMatch;

  PollAnswer(HttpServerRequest request, PollBodies bodies) {
    this.request = request;
    this.bodies = bodies;
  }

  /**
   * What a poll found.
   *
   * @param entries events and gaps with commas between, or null for none
   * @param next the cursor to go on from
   * @param waitSeconds the wait that was applied, or -1 for a poll
   * @param last whether the connection is to be closed behind it
   */
  record Result(@Nullable ByteBuf entries, String next, long waitSeconds, boolean last) {}

  /** The answer is long in coming: what it does not need of the request is let go. */
  void waits() {
    ifNoneMatch = request.headers().getAll(HttpHeaders.IF_NONE_MATCH);
    request.headers().clear();
  }

  void onClientLeft(Runnable left) {
    request.response().closeHandler(closed -> left.run());
  }

  void send(Result result) {
    HttpServerResponse response = request.response();
    PollBodies.Body body = bodies.of(result.entries, result.next);
    response
        .putHeader(CACHE_CONTROL, NO_CACHE)
        .putHeader(ETAG, body.etag())
        .putHeader(LINK, "<" + nextUrl(result.next) + ">; rel=\"next\"");
    if (result.waitSeconds >= 0) {
      response.putHeader(APPLIED, "wait=" + result.waitSeconds);
    }
    if (result.last) {
      response.putHeader("Connection", "close");
    }
    Future<Void> sent = end(body);
    if (result.last) {
      sent.onComplete(done -> request.connection().close()); // Vert.x goes by the request alone
    }
  }

  private Future<Void> end(PollBodies.Body body) {
    HttpServerResponse response = request.response();
    List<String> known = ifNoneMatch;
    if (matches(
        known == null ? request.headers().getAll(HttpHeaders.IF_NONE_MATCH) : known, body.etag())) {
      return response.setStatusCode(304).end();
    }
    response.putHeader(CONTENT_TYPE, JSON);
    return request.method().name().equals("HEAD")
        ? response.putHeader("Content-Length", Integer.toString(body.bytes().length())).end()
        : response.end(body.bytes());
  }

  void refuse(Problem problem) {
    request.response().putHeader("Retry-After", "1");
    problem.send(request.response());
  }

  @Override
  public String remote() {
    var address = request.remoteAddress();
    return address == null ? "unknown" : address.toString();
  }

  @Override
  public long bytesWritten() {
    return request.response().bytesWritten();
  }

  /** RFC 9110 §13.1.2: weak comparison. */
  static boolean matches(List<String> ifNoneMatch, String etag) {
    for (String line : ifNoneMatch) {
      for (String tag : line.split(",", -1)) {
        String bare = tag.strip();
        if (bare.equals("*") || bare.equals(etag) || bare.equals("W/" + etag)) {
          return true;
        }
      }
    }
    return false;
  }

  private String nextUrl(String next) {
    return nextUrl(request.path(), request.query(), next);
  }

  /** This URL with {@code since} set, without {@code rewind}, everything else as it was. */
  static String nextUrl(@Nullable String path, @Nullable String query, String next) {
    List<String> kept = new ArrayList<>();
    for (String pair : query == null ? new String[0] : query.split("&", -1)) {
      String raw = pair.contains("=") ? pair.substring(0, pair.indexOf('=')) : pair;
      String name = RequestTarget.decode(raw); // as it is read, or the next URL has it twice
      if (!pair.isEmpty() && !"since".equals(name) && !"rewind".equals(name)) {
        kept.add(pair);
      }
    }
    kept.add("since=" + next);
    String url = (path == null ? "" : path) + "?" + String.join("&", kept);
    return mayStandInHeader(url) ? url : inHeader(url);
  }

  private static boolean mayStandInHeader(String url) {
    for (int i = 0; i < url.length(); i++) {
      if (isUnsafe(url.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isUnsafe(int c) {
    return c <= ' ' || c == '<' || c == '>' || c == '"' || c == '\\' || c >= 0x7f;
  }

  /** What may not stand in a URI reference, or would end the link, percent-encoded. */
  private static String inHeader(String url) {
    StringBuilder safe = new StringBuilder(url.length());
    for (byte b : url.getBytes(StandardCharsets.ISO_8859_1)) {
      if (isUnsafe(b & 0xff)) {
        safe.append('%').append(String.format("%02X", b & 0xff));
      } else {
        safe.append((char) b);
      }
    }
    return safe.toString();
  }
}
