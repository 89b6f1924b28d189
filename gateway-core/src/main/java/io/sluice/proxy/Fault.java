package io.sluice.proxy;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.sluice.http.Problem;
import java.net.ConnectException;
import java.net.UnknownHostException;

/**
 * What can go wrong between the gateway and an upstream, and what the client is told: a problem,
 * and an error type of {@code Proxy-Status} (RFC 9209 §2.3).
 */
enum Fault {
  REFUSED("connection_refused", true, "it refused the connection: is it running?"),
  CONNECT_TIMEOUT(
      "connection_timeout", true, "no connection within connect-timeout: is its address right?"),
  UNKNOWN_HOST("dns_error", true, "its host name is not known"),
  UNREACHABLE("destination_ip_unroutable", true, "there is no way to its address"),
  POOL_FULL("connection_limit_reached", false, "too many requests wait for it (pool.waiting)"),
  POOL_LATE("connection_limit_reached", false, "no connection of the pool became free in time"),
  TERMINATED("connection_terminated", true, "it closed the connection before it answered"),
  NO_ANSWER("http_response_timeout", true, "no answer within first-byte-timeout"),
  NOT_READING("connection_write_timeout", true, "it took nothing of the body for idle-timeout"),
  STALLED("connection_read_timeout", true, "its answer stood still for idle-timeout"),
  MALFORMED("http_protocol_error", true, "what it sent is no HTTP/1.1 answer (RFC 9112)"),
  HEAD_TOO_LARGE("http_response_header_section_size", true, "the head of its answer is too large"),
  BAD_CODING(
      "http_response_transfer_coding", true, "its answer has a transfer coding beside chunked"),
  NOT_UPGRADED("http_upgrade_failed", true, "it changed to a protocol that nobody asked for"),
  LOOP("proxy_loop_detected", false, "the request has passed this gateway before"),
  BAD_MAX_FORWARDS(
      "http_request_error",
      false,
      "Max-Forwards of the request is no number (expected digits, in one line): leave it out");

  private final String error;
  private final boolean ofTarget;
  private final String why;

  Fault(String error, boolean ofTarget, String why) {
    this.error = error;
    this.ofTarget = ofTarget;
    this.why = why;
  }

  /** The error type of {@code Proxy-Status}. */
  String error() {
    return error;
  }

  /** Whether it speaks against the target's health. */
  boolean isOfTarget() {
    return ofTarget;
  }

  /** Whether nothing of the request was sent, so that any request may be tried elsewhere. */
  boolean isBeforeSending() {
    return switch (this) {
      case REFUSED, CONNECT_TIMEOUT, UNKNOWN_HOST, UNREACHABLE -> true;
      default -> false;
    };
  }

  /** Whether the request may have had its effect, although nobody saw an answer. */
  boolean isWithoutAnswer() {
    return this == TERMINATED || this == NO_ANSWER;
  }

  /** For people. */
  String why() {
    return why;
  }

  /** What the client gets, if its answer has not begun. */
  Problem.Kind kind() {
    return switch (this) {
      case CONNECT_TIMEOUT, NO_ANSWER, NOT_READING, STALLED -> Problem.Kind.UPSTREAM_TIMEOUT;
      case POOL_FULL, POOL_LATE -> Problem.Kind.OVERLOADED;
      case LOOP -> Problem.Kind.LOOP;
      case BAD_MAX_FORWARDS -> Problem.Kind.BAD_REQUEST;
      default -> Problem.Kind.UPSTREAM_BAD;
    };
  }

  /** Why no connection came about. */
  static Fault ofConnecting(Throwable failure) {
    if (failure instanceof ConnectTimeoutException) {
      return CONNECT_TIMEOUT;
    }
    if (failure instanceof UnknownHostException) {
      return UNKNOWN_HOST;
    }
    if (failure instanceof ConnectException
        && !(failure instanceof java.net.NoRouteToHostException)) {
      return REFUSED;
    }
    return UNREACHABLE;
  }

  /** Why an answer could not be read. */
  static Fault ofDecoding(Throwable failure) {
    return failure instanceof TooLongHttpHeaderException
            || failure instanceof TooLongHttpLineException
        ? HEAD_TOO_LARGE
        : MALFORMED;
  }
}
