package io.sluice.http;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/**
 * A refusal as problem+json (RFC 9457).
 *
 * @param kind what, from the table of {@code docs/errors.md}
 * @param detail what, where and what to do, for people
 * @param more members beside those of the RFC (for example {@code errors}); empty for none
 */
public record Problem(Kind kind, String detail, JsonObject more) {

  /** Every refusal there is. {@code docs/errors.md} has the same table. */
  public enum Kind {
    BAD_REQUEST(400, "bad-request", "The request is malformed"),
    BAD_CURSOR(400, "bad-cursor", "The cursor is malformed"),
    BAD_CHANNEL(400, "bad-channel", "The channel name is not valid"),
    NO_CHANNEL(400, "no-channel", "The request names no channel"),
    TOO_MANY_CHANNELS(400, "too-many-channels", "The request names too many channels"),
    FORMAT_REQUIRED(400, "format-required", "Several channels need format=json"),
    BAD_HANDSHAKE(400, "bad-handshake", "The WebSocket handshake is malformed"),
    UNKNOWN_SUBPROTOCOL(400, "unknown-subprotocol", "No offered subprotocol is known"),
    UNAUTHORIZED(401, "unauthorized", "A valid key is needed"),
    FORBIDDEN(403, "forbidden", "This is not allowed here"),
    ORIGIN_REFUSED(403, "origin-refused", "Pages of this origin may not subscribe"),
    NOT_FOUND(404, "not-found", "Nothing is here"),
    METHOD_NOT_ALLOWED(405, "method-not-allowed", "The method is not allowed here"),
    NOT_OFFERED(406, "not-offered", "The route does not offer this transport"),
    BODY_TIMEOUT(408, "body-timeout", "The body did not arrive in time"),
    REQUEST_TIMEOUT(408, "request-timeout", "The request did not come in time"),
    TOO_LARGE(413, "too-large", "The body is too large"),
    URI_TOO_LONG(414, "uri-too-long", "The URL is too long"),
    UNSUPPORTED_TYPE(415, "unsupported-type", "The content type is not taken here"),
    BAD_CHANNEL_IN_BODY(422, "bad-channel", "The channel name is not valid"),
    INVALID(422, "invalid", "The content is not valid"),
    ID_REUSED(422, "id-reused", "The id was used with other content"),
    UPGRADE_REQUIRED(426, "upgrade-required", "A WebSocket upgrade is needed"),
    HEADERS_TOO_LARGE(431, "headers-too-large", "The headers are too large"),
    INTERNAL(500, "internal", "The gateway failed"),
    NOT_SUPPORTED(501, "not-supported", "The gateway does not do this"),
    UPSTREAM_BAD(502, "upstream-bad", "The upstream did not answer properly"),
    DRAINING(503, "draining", "The node is stopping"),
    OVERLOADED(503, "overloaded", "The node takes no more now"),
    UNAVAILABLE(503, "unavailable", "The broker cannot answer now"),
    OUTCOME_UNKNOWN(503, "outcome-unknown", "It is not known whether the event was published"),
    UPSTREAM_TIMEOUT(504, "upstream-timeout", "The upstream did not answer in time"),
    VERSION_NOT_SUPPORTED(505, "version-not-supported", "The HTTP version is not spoken here"),
    LOOP(508, "loop", "The request has passed this gateway before");

    private final int status;
    private final String slug;
    private final String title;

    Kind(int status, String slug, String title) {
      this.status = status;
      this.slug = slug;
      this.title = title;
    }

    public int status() {
      return status;
    }

    /** The stable word. */
    public String slug() {
      return slug;
    }

    public String title() {
      return title;
    }

    /** A problem of this kind. */
    public Problem with(String detail) {
      return new Problem(this, detail, new JsonObject());
    }
  }

  /** The body. */
  public JsonObject json() {
    return new JsonObject()
        .put("type", "urn:sluice:problem:" + kind.slug)
        .put("title", kind.title)
        .put("status", kind.status)
        .put("detail", detail)
        .put("slug", kind.slug)
        .mergeIn(more);
  }

  /** Ends a response whose head has not been written with this problem. */
  public void send(HttpServerResponse response) {
    head(response).end(json().toBuffer());
  }

  /** The same as the answer to HEAD: over HTTP/2 Vert.x would send the body too. */
  public void sendHead(HttpServerResponse response) {
    head(response).end();
  }

  private HttpServerResponse head(HttpServerResponse response) {
    if (kind == Kind.LOOP) {
      response.setStatusMessage("Loop Detected"); // RFC 5842 §7.2; Netty does not know it
    }
    return response
        .setStatusCode(kind.status)
        .putHeader("Content-Type", "application/problem+json")
        .putHeader("Cache-Control", "no-store");
  }
}
