package io.sluice.http.guard;

import io.netty.buffer.ByteBuf;
import io.sluice.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a request's body ends, and checks its chunked coding byte for byte (RFC 9112 §7.1). A
 * chunk extension is taken only as plain tokens of few bytes, {@code ;name} or {@code ;name=value}:
 * what is quoted has been read in two ways before (CVE-2026-33870), and nobody uses it.
 */
final class BodyScanner {

  /** So that no size exceeds what the decoder of Netty counts with. */
  private static final int MAX_SIZE_DIGITS = 8;

  private static final int MAX_EXTENSION_BYTES = 128;

  private final int maxTrailerBytes;
  private State state = State.NONE;
  private long left;
  private int count;
  private int trailerBytes;
  private @Nullable Problem problem;

  private enum State {
    NONE,
    FIXED,
    SIZE,
    EXTENSION,
    EXTENSION_NAME,
    EXTENSION_EQUALS,
    EXTENSION_VALUE,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    LAST_LF
  }

  /**
   * @param maxTrailerBytes of headers and trailers together, as the decoder counts them
   */
  BodyScanner(int maxTrailerBytes) {
    this.maxTrailerBytes = maxTrailerBytes;
  }

  /** The body of this head comes next. */
  void begin(HeadScanner head) {
    left = head.isChunked() ? 0 : head.contentLength();
    state = head.isChunked() ? State.SIZE : left > 0 ? State.FIXED : State.NONE;
    count = 0;
    trailerBytes = maxTrailerBytes - head.headersLength();
  }

  /** Whether bytes of a body come next. */
  boolean isOpen() {
    return state != State.NONE;
  }

  @Nullable Problem problem() {
    return problem;
  }

  /** The configured bound that was hit; null for none. */
  @Nullable String limitHit() {
    boolean hit = problem != null && problem.kind() == Problem.Kind.HEADERS_TOO_LARGE;
    return hit ? "limits.header" : null;
  }

  /**
   * Looks at bytes of the body.
   *
   * @param from the place of the first one
   * @return how many of them are of the body and right; less than there are when it ends, or when
   *     there is a {@link #problem}
   */
  int scan(ByteBuf bytes, int from) {
    int end = bytes.writerIndex();
    int at = from;
    while (at < end && state != State.NONE && problem == null) {
      if (state == State.FIXED || state == State.DATA) {
        at += skip(end - at);
      } else if (step(bytes.getByte(at))) {
        at++;
      }
    }
    return at - from;
  }

  /**
   * Takes a body of known length at once, if all of it is there.
   *
   * @param available bytes behind the head
   * @return its length, or 0
   */
  int skipWhole(int available) {
    return state == State.FIXED && left <= available ? skip(available) : 0;
  }

  private int skip(int available) {
    int skipped = (int) Math.min(left, available);
    left -= skipped;
    if (left == 0) {
      state = state == State.FIXED ? State.NONE : State.DATA_CR;
    }
    return skipped;
  }

  /** Takes a byte of the framing; whether it is right. */
  private boolean step(byte b) {
    State next =
        switch (state) {
          case SIZE -> size(b);
          case EXTENSION, EXTENSION_NAME, EXTENSION_EQUALS, EXTENSION_VALUE -> extension(b);
          case SIZE_LF -> b == '\n' ? sized() : null;
          case DATA_CR -> b == '\r' ? State.DATA_LF : null;
          case DATA_LF -> b == '\n' ? State.SIZE : null;
          case LAST_LF -> b == '\n' ? State.NONE : null;
          default -> trailer(b);
        };
    if (next == null) {
      problem =
          problem != null ? problem : HeadScanner.bad("the chunked coding of the body is broken");
      return false;
    }
    state = next;
    return true;
  }

  private @Nullable State size(byte b) {
    if (Bytes.isHex(b) && count < MAX_SIZE_DIGITS) {
      left = left * 16 + Character.digit(b, 16);
      count++;
      return left <= Integer.MAX_VALUE ? State.SIZE : null;
    }
    if (count == 0 || (b != '\r' && b != ';')) {
      return null;
    }
    count = 0;
    return b == '\r' ? State.SIZE_LF : State.EXTENSION;
  }

  /** RFC 9112 §7.1.1, without blanks and quotes. */
  private @Nullable State extension(byte b) {
    boolean inName = state == State.EXTENSION || state == State.EXTENSION_NAME;
    boolean mayEnd = state == State.EXTENSION_NAME || state == State.EXTENSION_VALUE;
    if (b == '\r') {
      return mayEnd ? State.SIZE_LF : null;
    }
    if (++count > MAX_EXTENSION_BYTES) {
      return null;
    }
    if (Bytes.isToken(b)) {
      return inName ? State.EXTENSION_NAME : State.EXTENSION_VALUE;
    }
    if (b == ';') {
      return mayEnd ? State.EXTENSION : null;
    }
    return b == '=' && state == State.EXTENSION_NAME ? State.EXTENSION_EQUALS : null;
  }

  private State sized() {
    count = 0;
    return left == 0 ? State.TRAILER : State.DATA;
  }

  /** RFC 9112 §7.1.2. */
  private @Nullable State trailer(byte b) {
    if (++count > trailerBytes) {
      problem =
          Problem.Kind.HEADERS_TOO_LARGE.with(
              "headers and trailers have more than "
                  + maxTrailerBytes
                  + " bytes (limits.header): send fewer");
      return null;
    }
    return switch (state) {
      case TRAILER -> b == '\r' ? State.LAST_LF : Bytes.isPlainName(b) ? State.TRAILER_NAME : null;
      case TRAILER_NAME ->
          b == ':' ? State.TRAILER_VALUE : Bytes.isPlainName(b) ? State.TRAILER_NAME : null;
      case TRAILER_VALUE -> b == '\r' ? State.TRAILER_LF : isValue(b) ? State.TRAILER_VALUE : null;
      default -> b == '\n' ? State.TRAILER : null; // TRAILER_LF
    };
  }

  private static boolean isValue(byte b) {
    return (b >= ' ' || b < 0 || b == '\t') && b != 0x7f;
  }
}
