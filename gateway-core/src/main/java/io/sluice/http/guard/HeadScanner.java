package io.sluice.http.guard;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.config.Config;
import io.sluice.http.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's head line by line as its bytes come, strictly by RFC 9112 §2 to §5, and keeps
 * none of them: the caller's buffer holds them, places in it are counted from the head's begin.
 * Every byte is looked at a fixed number of times however the head is cut into reads.
 */
final class HeadScanner {

  /** More bytes are needed. */
  static final int MORE = -1;

  /** It is no valid head: {@link #problem} says why. */
  static final int REFUSED = -2;

  private final HeadLimits limits;
  private final RequestLine line = new RequestLine();
  private final HeaderFields fields;
  private int scanned;
  private int lineStart;
  private int headersStart;
  private @Nullable Problem problem;

  /**
   * Bounds of one head.
   *
   * @param lineBytes of the request line
   * @param headerBytes of all header lines
   * @param headerCount header lines
   */
  record HeadLimits(int lineBytes, int headerBytes, int headerCount) {
    static HeadLimits of(Config.Limits limits) {
      return new HeadLimits(
          limits.requestLineBytes(), limits.headerBytes(), limits.door().headerCount());
    }
  }

  HeadScanner(HeadLimits limits) {
    this.limits = limits;
    this.fields = new HeaderFields(limits.headerCount());
  }

  /**
   * Looks at what has come since the last call.
   *
   * @param bytes the head so far, from its first byte at the reader index on
   * @return the head's length with its empty line, {@link #MORE} or {@link #REFUSED}
   */
  int scan(ByteBuf bytes) {
    int start = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (problem == null) {
      int at = bytes.forEachByte(start + scanned, end - start - scanned, Bytes.IN_LINE);
      scanned = (at < 0 ? end : at) - start;
      checkLengths();
      if (problem != null || at < 0) {
        break;
      }
      if (bytes.getByte(at) != '\r' || (at + 1 < end && bytes.getByte(at + 1) != '\n')) {
        problem = bad("a control character stands in the head (expected lines that end in CRLF)");
      } else if (at + 1 == end) {
        break;
      } else if (endOfLine(bytes, start, at)) {
        return scanned;
      }
    }
    return problem == null ? MORE : REFUSED;
  }

  /** Takes the line that ends at a place; whether the head ends with it. */
  private boolean endOfLine(ByteBuf bytes, int start, int at) {
    int from = start + lineStart;
    boolean empty = at == from;
    scanned = at + 2 - start;
    lineStart = scanned;
    if (headersStart > 0) {
      problem = empty ? endOfHead(bytes, start) : fields.line(bytes, start, from, at);
      return empty && problem == null;
    }
    if (!empty) {
      headersStart = scanned;
      problem = line.read(bytes, start, from, at);
    } else if (from > start) {
      problem = bad("several empty lines stand before the request line (expected none)");
    }
    return false;
  }

  private @Nullable Problem endOfHead(ByteBuf bytes, int start) {
    Problem wrong = fields.end(line.isOld());
    return wrong != null ? wrong : line.end(bytes, start, fields);
  }

  private void checkLengths() {
    if (headersStart == 0 && scanned - lineStart > limits.lineBytes()) {
      problem =
          Problem.Kind.URI_TOO_LONG.with(
              "the request line has more than "
                  + limits.lineBytes()
                  + " bytes (limits.request-line): shorten the URL");
    } else if (headersStart > 0 && scanned - headersStart > limits.headerBytes()) {
      problem =
          Problem.Kind.HEADERS_TOO_LARGE.with(
              "the headers have more than "
                  + limits.headerBytes()
                  + " bytes (limits.header): send fewer or shorter ones");
    }
  }

  /** Whether anything has come but an empty line, which is no request (RFC 9112 §2.2). */
  boolean isBegun() {
    return headersStart > 0 || scanned > lineStart;
  }

  @Nullable Problem problem() {
    return problem;
  }

  /** The configured bound that was hit; null for none. */
  @Nullable String limitHit() {
    Problem.Kind kind = problem == null ? null : problem.kind();
    if (kind == Problem.Kind.HEADERS_TOO_LARGE) {
      return fields.areTooMany() ? "limits.header-count" : "limits.header";
    }
    return kind == Problem.Kind.URI_TOO_LONG ? "limits.request-line" : null;
  }

  /** Bytes of the header lines. */
  int headersLength() {
    return scanned - headersStart;
  }

  /** Whether the body is in chunked coding. */
  boolean isChunked() {
    return fields.isChunked();
  }

  /** How long the body is if it is not chunked. */
  long contentLength() {
    return fields.contentLength();
  }

  /** Whether {@link #passedOn} gives back the very bytes. */
  boolean isPassedOnAsItIs() {
    return line.start() == 0 && fields.cuts().length == 0 && !line.isAbsolute();
  }

  /**
   * The head as it is passed on: the same bytes, unless it has an absolute-form target, a header
   * that is dropped, or an empty line before it.
   *
   * @param head a head for which {@link #scan} has found the end; released if it is not returned
   */
  ByteBuf passedOn(ByteBuf head, ByteBufAllocator allocator) {
    if (isPassedOnAsItIs()) {
      return head;
    }
    int[] cuts = fields.cuts();
    int start = head.readerIndex();
    ByteBuf to = allocator.buffer(head.readableBytes() + 1);
    int from = line.writeOn(head, to);
    for (int i = 0; i < cuts.length; i += 2) {
      to.writeBytes(head, start + from, cuts[i] - from);
      from = cuts[i + 1];
    }
    to.writeBytes(head, start + from, head.readableBytes() - from);
    head.release();
    return to;
  }

  /** Ready for the next head. */
  void reset() {
    scanned = 0;
    lineStart = 0;
    headersStart = 0;
    line.reset();
    fields.reset();
  }

  static Problem bad(String detail) {
    return Problem.Kind.BAD_REQUEST.with(detail);
  }
}
