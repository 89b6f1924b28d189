package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.sluice.http.Problem;
import io.sluice.http.RequestTarget;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The HTTP side of a poll: body, validators and links of its answer (POL-1, POL-6 to POL-8). */
final class PollAnswer implements Presence.Peer {

  private final HttpServerRequest request;

  PollAnswer(HttpServerRequest request) {
    this.request = request;
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

  void onClientLeft(Runnable left) {
    request.response().closeHandler(closed -> left.run());
  }

  void send(Result result) {
    HttpServerResponse response = request.response();
    byte[] body = body(result);
    String etag = etag(body);
    response
        .putHeader("Cache-Control", "no-cache")
        .putHeader("ETag", etag)
        .putHeader("Link", "<" + nextUrl(result.next) + ">; rel=\"next\"");
    if (result.waitSeconds >= 0) {
      response.putHeader("Preference-Applied", "wait=" + result.waitSeconds);
    }
    if (result.last) {
      response.putHeader("Connection", "close");
    }
    Future<Void> sent = end(body, etag);
    if (result.last) {
      sent.onComplete(done -> request.connection().close()); // Vert.x goes by the request alone
    }
  }

  private Future<Void> end(byte[] body, String etag) {
    HttpServerResponse response = request.response();
    if (matches(request.headers().getAll("If-None-Match"), etag)) {
      return response.setStatusCode(304).end();
    }
    response.putHeader("Content-Type", "application/json");
    return request.method().name().equals("HEAD")
        ? response.putHeader("Content-Length", Integer.toString(body.length)).end()
        : response.end(Buffer.buffer(body));
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

  private static byte[] body(Result result) {
    ByteBuf entries = result.entries;
    ByteBuf body = Unpooled.buffer(64 + (entries == null ? 0 : entries.readableBytes()));
    ByteBufUtil.writeAscii(body, "{\"events\":[");
    if (entries != null) {
      body.writeBytes(entries);
    }
    ByteBufUtil.writeAscii(body, "],\"next\":\"" + result.next + "\"}");
    return ByteBufUtil.getBytes(body);
  }

  /** Names these bytes; the URL they were got from is the cache's business. */
  static String etag(byte[] body) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
      return '"'
          + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 12))
          + '"';
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
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
    return inHeader(url);
  }

  /** What may not stand in a URI reference, or would end the link, percent-encoded. */
  private static String inHeader(String url) {
    StringBuilder safe = new StringBuilder(url.length());
    for (byte b : url.getBytes(StandardCharsets.ISO_8859_1)) {
      if (b <= ' ' || b == '<' || b == '>' || b == '"' || b == '\\' || b == 0x7f) {
        safe.append('%').append(String.format("%02X", b & 0xff));
      } else {
        safe.append((char) b);
      }
    }
    return safe.toString();
  }
}
