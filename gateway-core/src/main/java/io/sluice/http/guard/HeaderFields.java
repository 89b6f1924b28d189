package io.sluice.http.guard;

import io.netty.buffer.ByteBuf;
import io.sluice.http.Problem;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The header lines of a head, of which those that frame and route it are understood. */
final class HeaderFields {

  private static final int[] NONE = new int[0];
  private static final int MAX_LENGTH_DIGITS = 18;
  private static final Pattern OTHER_CODINGS =
      Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]+([ \t]*,[ \t]*[a-z0-9!#$%&'*+.^_`|~-]+)*");

  private final int maxCount;
  private int count;
  private @Nullable String host;
  private long contentLength = -1;
  private boolean chunked;
  private int[] cuts = NONE;

  HeaderFields(int maxCount) {
    this.maxCount = maxCount;
  }

  /** Reads the line between two places of the buffer (RFC 9112 §5). */
  @Nullable Problem line(ByteBuf bytes, int headStart, int from, int to) {
    if (++count > maxCount) {
      return Problem.Kind.HEADERS_TOO_LARGE.with(
          "there are more than " + maxCount + " headers (limits.header-count): send fewer");
    }
    int colon = from;
    boolean plain = true;
    for (; colon < to && Bytes.isToken(bytes.getByte(colon)); colon++) {
      plain &= Bytes.isPlainName(bytes.getByte(colon));
    }
    if (colon == from || colon == to || bytes.getByte(colon) != ':') {
      return HeadScanner.bad(
          "a header line is not NAME: VALUE (no blank before the colon, no line that goes on)");
    }
    int value = colon + 1;
    int end = to;
    while (value < end && Bytes.isBlank(bytes.getByte(value))) {
      value++;
    }
    while (end > value && Bytes.isBlank(bytes.getByte(end - 1))) {
      end--;
    }
    if (!plain) {
      cut(from - headStart, to + 2 - headStart);
      return null;
    }
    return field(bytes, from, colon, new Value(value, end));
  }

  /** Where a value stands. */
  private record Value(int from, int to) {}

  private @Nullable Problem field(ByteBuf bytes, int from, int colon, Value value) {
    return switch (colon - from) {
      case 4 -> Bytes.is(bytes, from, colon, "host") ? host(bytes, value) : null;
      case 14 -> Bytes.is(bytes, from, colon, "content-length") ? length(bytes, value) : null;
      case 17 -> Bytes.is(bytes, from, colon, "transfer-encoding") ? coding(bytes, value) : null;
      case 18 ->
          Bytes.startsWith(bytes, from, colon, "sec-websocket-key")
              // Of a draft from 2010 that hid a body of 8 bytes behind it.
              ? HeadScanner.bad("the WebSocket handshake is of a draft (expected RFC 6455)")
              : null;
      default -> null;
    };
  }

  /** RFC 9112 §3.2, RFC 3986 §3.2.2. */
  private @Nullable Problem host(ByteBuf bytes, Value value) {
    if (host != null) {
      return HeadScanner.bad("there are several Host headers (expected one)");
    }
    host = Bytes.text(bytes, value.from, value.to);
    return Authority.isValid(bytes, value.from, value.to)
        ? null
        : HeadScanner.bad("the Host header is no host[:port]");
  }

  /** RFC 9112 §6.3: one list member would do, but nobody needs more than one number. */
  private @Nullable Problem length(ByteBuf bytes, Value value) {
    if (contentLength >= 0) {
      return HeadScanner.bad("there are several Content-Length headers (expected one)");
    }
    boolean digits = value.to > value.from && value.to - value.from <= MAX_LENGTH_DIGITS;
    long length = 0;
    for (int i = value.from; i < value.to && digits; i++) {
      digits = Bytes.isDigit(bytes.getByte(i));
      length = length * 10 + bytes.getByte(i) - '0';
    }
    if (!digits) {
      return HeadScanner.bad("the Content-Length is no number of bytes in digits only");
    }
    contentLength = length;
    return null;
  }

  /** RFC 9112 §6.1: only {@code chunked} alone says where the body ends. */
  private @Nullable Problem coding(ByteBuf bytes, Value value) {
    String coding = Bytes.text(bytes, value.from, value.to).toLowerCase(Locale.ROOT);
    if (coding.equals("chunked") && !chunked) {
      chunked = true;
      return null;
    }
    int last = coding.lastIndexOf(',');
    boolean framed = last > 0 && coding.substring(last + 1).strip().equals("chunked");
    String others = framed ? coding.substring(0, last).strip() : "chunked";
    return !chunked && OTHER_CODINGS.matcher(others).matches() && !others.contains("chunked")
        ? Problem.Kind.NOT_SUPPORTED.with(
            "Transfer-Encoding has codings beside chunked: send the body without them")
        : HeadScanner.bad(
            "the Transfer-Encoding does not say where the body ends (expected chunked alone)");
  }

  /** What is wrong with all of them together. */
  @Nullable Problem end(boolean old) {
    if (chunked && (old || contentLength >= 0)) {
      return HeadScanner.bad(
          old
              ? "Transfer-Encoding is there on HTTP/1.0 (expected Content-Length)"
              : "both Transfer-Encoding and Content-Length are there (expected one)");
    }
    return host == null && !old
        ? HeadScanner.bad("there is no Host header (expected one on HTTP/1.1)")
        : null;
  }

  boolean areTooMany() {
    return count > maxCount;
  }

  @Nullable String host() {
    return host;
  }

  boolean isChunked() {
    return chunked;
  }

  long contentLength() {
    return Math.max(0, contentLength);
  }

  /**
   * The lines that are dropped, as begin and end in turn. Their names hold an underscore, a dot or
   * the like: many apps read {@code X_User} as the same name as {@code X-User}, which a proxy
   * before them may have set.
   */
  int[] cuts() {
    return cuts;
  }

  private void cut(int from, int to) {
    cuts = Arrays.copyOf(cuts, cuts.length + 2);
    cuts[cuts.length - 2] = from;
    cuts[cuts.length - 1] = to;
  }

  void reset() {
    count = 0;
    host = null;
    contentLength = -1;
    chunked = false;
    cuts = NONE;
  }
}
