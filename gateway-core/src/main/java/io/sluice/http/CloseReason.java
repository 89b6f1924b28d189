package io.sluice.http;

/**
 * Why an open stream ends: slug, WebSocket code and what the client does. {@code docs/errors.md}
 * has the same table and a test compares them.
 */
public enum CloseReason {
  DRAINING("draining", 1012, "come back after a random part of retry, and resume"),
  OVERLOADED("overloaded", 1013, "come back later, and resume"),
  UNAVAILABLE("unavailable", 1013, "come back later, and resume"),
  GOING_AWAY("going-away", 1001, "come back, and resume"),
  STALLED("stalled", 4001, "come back, and resume"),
  NO_PONG("no-pong", 3008, "come back, and resume"),
  GAP("gap", 4008, "come back with the cursor in the reason"),
  BAD_FRAME("bad-frame", 1002, "stop: a bug in the client"),
  NOT_UTF8("not-utf8", 1007, "stop: a bug in the client"),
  TOO_LARGE("too-large", 1009, "stop: a bug in the client"),
  UNSUPPORTED_DATA("unsupported-data", 1003, "stop: a bug in the client"),
  CLIENT_LEFT("client-left", 1000, "nothing: the client ended it");

  private final String slug;
  private final int code;
  private final String advice;

  CloseReason(String slug, int code, String advice) {
    this.slug = slug;
    this.code = code;
    this.advice = advice;
  }

  /** The word in frames, logs and metrics. */
  public String slug() {
    return slug;
  }

  /** The WebSocket close code (RFC 6455 §7.4). */
  public int code() {
    return code;
  }

  /** What a client does. */
  public String advice() {
    return advice;
  }
}
