package io.sluice.transport;

import io.sluice.config.Route;
import io.sluice.http.Problem;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The opening handshake: RFC 6455 §4.2. */
final class WebSocketHandshake {

  /** The one subprotocol (WS-2). */
  static final String PROTOCOL = "sluice.v1.json";

  private static final String KEY = "Sec-WebSocket-Key";
  private static final String VERSION = "Sec-WebSocket-Version";
  private static final String PROTOCOLS = "Sec-WebSocket-Protocol";
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  /** 16 bytes in base64: the last of its 22 characters holds two bits. */
  private static final Pattern KEY_FORM = Pattern.compile("[A-Za-z0-9+/]{21}[AQgw]==");

  private WebSocketHandshake() {}

  /** Whether a request asks for an upgrade to WebSocket (NEG-1). */
  static boolean isAsked(PushRequest request) {
    return HttpMethod.GET.equals(request.method()) && names(request, "Upgrade", "websocket");
  }

  /**
   * Says what is wrong with a handshake that {@link #isAsked}.
   *
   * @param route whose extensions are negotiated
   * @return null if it may be accepted
   */
  static @Nullable Problem problem(PushRequest request, Route.Push route) {
    List<String> versions = request.headers().getAll(VERSION);
    if (!versions.equals(List.of("13"))) {
      return Problem.Kind.UPGRADE_REQUIRED.with(
          VERSION + " = " + String.join(", ", versions) + " (expected 13)");
    }
    List<String> keys = request.headers().getAll(KEY);
    if (keys.size() != 1 || !KEY_FORM.matcher(keys.get(0).strip()).matches()) {
      return Problem.Kind.BAD_HANDSHAKE.with(
          KEY + " is missing or malformed (expected one, 16 bytes in base64)");
    }
    if (request.version() != HttpVersion.HTTP_1_1 || !names(request, "Connection", "upgrade")) {
      return Problem.Kind.BAD_HANDSHAKE.with(
          "the request is no upgrade (expected HTTP/1.1 with Connection: Upgrade)");
    }
    if (hasBody(request)) {
      return Problem.Kind.BAD_HANDSHAKE.with("the handshake has a body (expected none)");
    }
    if (!offers(request).isEmpty() && !offersOurs(request)) {
      return Problem.Kind.UNKNOWN_SUBPROTOCOL.with(
          "no offered subprotocol is known (expected " + PROTOCOL + " or no offer)");
    }
    List<String> extensions = request.headers().getAll(WebSocketExtensions.HEADER);
    if (route.compression() && WebSocketExtensions.offers(extensions) == null) {
      return Problem.Kind.BAD_HANDSHAKE.with( // RFC 6455 §9.1
          WebSocketExtensions.HEADER + " is malformed (expected NAME; PARAMETER=VALUE, …)");
    }
    return null;
  }

  /** What the answer with a {@link #problem} has beside it. */
  static List<Map.Entry<String, String>> headers(Problem problem) {
    // RFC 9110 §7.8: Connection names every hop-by-hop header.
    return problem.kind() == Problem.Kind.UPGRADE_REQUIRED
        ? List.of(
            Map.entry(VERSION, "13"),
            Map.entry("Upgrade", "websocket"),
            Map.entry("Connection", "Upgrade"))
        : List.of();
  }

  /** Whether the client offers our subprotocol, which is then chosen. */
  static boolean offersOurs(PushRequest request) {
    return offers(request).contains(PROTOCOL);
  }

  /** The answer to the extensions that are offered, or null to use none (WS-17). */
  static @Nullable String extension(PushRequest request) {
    List<WebSocketExtensions.Offer> offers =
        WebSocketExtensions.offers(request.headers().getAll(WebSocketExtensions.HEADER));
    return offers == null ? null : WebSocketExtensions.accept(offers);
  }

  /**
   * Sets the head of the answer that accepts a handshake without a {@link #problem}.
   *
   * @param extension that is used, or null
   */
  static void accept(HttpServerRequest request, @Nullable String extension) {
    HttpServerResponse response = request.response();
    response
        .setStatusCode(101)
        .putHeader("Upgrade", "websocket")
        .putHeader("Connection", "Upgrade")
        .putHeader("Sec-WebSocket-Accept", answer(request.getHeader(KEY).strip()));
    if (offersOurs(PushRequest.of(request))) {
      response.putHeader(PROTOCOLS, PROTOCOL);
    }
    if (extension != null) {
      response.putHeader(WebSocketExtensions.HEADER, extension);
    }
  }

  /** RFC 6455 §4.2.2 step 5.4. */
  static String answer(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((key + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-1", impossible);
    }
  }

  private static boolean hasBody(PushRequest request) {
    String length = request.header("Content-Length");
    return request.headers().contains("Transfer-Encoding")
        || (length != null && !length.equals("0"));
  }

  private static List<String> offers(PushRequest request) {
    return request.headers().getAll(PROTOCOLS).stream()
        .flatMap(line -> List.of(line.split(",", -1)).stream())
        .map(String::strip)
        .filter(offer -> !offer.isEmpty())
        .toList();
  }

  private static boolean names(PushRequest request, String header, String token) {
    for (String line : request.headers().getAll(header)) {
      for (String part : line.split(",", -1)) {
        if (part.strip().equalsIgnoreCase(token)) {
          return true;
        }
      }
    }
    return false;
  }
}
