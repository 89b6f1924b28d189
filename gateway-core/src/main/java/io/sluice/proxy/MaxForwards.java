package io.sluice.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.vertx.core.http.HttpMethod;
import java.util.List;

/**
 * How often an OPTIONS may still be forwarded (RFC 9110 §7.6.2). For all other methods the header
 * says nothing to the gateway; TRACE comes nowhere.
 */
final class MaxForwards {

  static final AsciiString NAME = HttpHeaderNames.MAX_FORWARDS;

  /** The client sets no bound. */
  static final int UNBOUNDED = -1;

  /** The client sets one that is no number, or several. */
  static final int UNREADABLE = -2;

  /** The largest bound that is told to an upstream. */
  static final int MOST = 999_999_999;

  private static final int DIGITS = 9;

  private MaxForwards() {}

  /**
   * What the client says.
   *
   * @return a number up to {@link #MOST} and one, {@link #UNBOUNDED} or {@link #UNREADABLE}
   */
  static int of(HttpMethod method, HttpHeaders headers) {
    if (!method.equals(HttpMethod.OPTIONS) || !headers.contains(NAME)) {
      return UNBOUNDED;
    }
    List<String> lines = headers.getAll(NAME);
    String text = lines.get(0).strip();
    boolean isNumber = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    if (lines.size() > 1 || !isNumber) {
      return UNREADABLE;
    }
    int from = 0;
    while (from < text.length() - 1 && text.charAt(from) == '0') {
      from++;
    }
    return text.length() - from > DIGITS ? MOST + 1 : Integer.parseInt(text.substring(from));
  }
}
