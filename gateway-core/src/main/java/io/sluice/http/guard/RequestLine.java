package io.sluice.http.guard;

import io.netty.buffer.ByteBuf;
import io.sluice.http.Problem;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The first line of a head: method, target, version (RFC 9112 §3). */
final class RequestLine {

  private static final int MAX_METHOD_BYTES = 32;
  private static final Pattern VERSION = Pattern.compile("HTTP/[0-9]\\.[0-9]");

  private int start;
  private int targetStart;
  private int targetEnd;
  private int authorityStart;
  private int authorityEnd;
  private boolean old;

  /** Reads the line between two places of the buffer. */
  @Nullable Problem read(ByteBuf bytes, int headStart, int from, int to) {
    start = from - headStart;
    int method = from;
    while (method < to && Bytes.isToken(bytes.getByte(method))) {
      method++;
    }
    int target = method + 1;
    if (method == from || method - from > MAX_METHOD_BYTES || !isSpace(bytes, method, to)) {
      return HeadScanner.bad("the request line does not start with a method and one space");
    }
    int end = target;
    while (end < to && bytes.getByte(end) != ' ' && bytes.getByte(end) != '\t') {
      end++;
    }
    if (end == target || !isSpace(bytes, end, to)) {
      return HeadScanner.bad("the request line is not METHOD TARGET VERSION with single spaces");
    }
    targetStart = target - headStart;
    targetEnd = end - headStart;
    Problem version = version(bytes, end + 1, to);
    return version != null ? version : target(bytes, headStart, from, method);
  }

  private static boolean isSpace(ByteBuf bytes, int at, int to) {
    return at < to && bytes.getByte(at) == ' ';
  }

  /** RFC 9112 §2.3: case-sensitive. */
  private @Nullable Problem version(ByteBuf bytes, int from, int to) {
    String version = Bytes.text(bytes, from, Math.min(to, from + 16));
    old = version.equals("HTTP/1.0");
    if (old || version.equals("HTTP/1.1")) {
      return null;
    }
    return VERSION.matcher(version).matches()
        ? Problem.Kind.VERSION_NOT_SUPPORTED.with(version + " (expected HTTP/1.1 or HTTP/1.0)")
        : HeadScanner.bad("the HTTP version is malformed (expected HTTP/1.1 or HTTP/1.0)");
  }

  /** RFC 9112 §3.2. */
  private @Nullable Problem target(ByteBuf bytes, int headStart, int method, int methodEnd) {
    if (isMethod(bytes, method, methodEnd, "CONNECT")) {
      return Problem.Kind.NOT_SUPPORTED.with("CONNECT tunnels are not made here");
    }
    if (isMethod(bytes, method, methodEnd, "TRACE")) {
      return Problem.Kind.NOT_SUPPORTED.with("TRACE is not answered here");
    }
    int from = headStart + targetStart;
    int to = headStart + targetEnd;
    if (Bytes.is(bytes, from, to, "*")) {
      return isMethod(bytes, method, methodEnd, "OPTIONS")
          ? null
          : HeadScanner.bad("the request target is * (expected a path; * is for OPTIONS alone)");
    }
    int path = absolutePath(bytes, headStart, from, to);
    if (path < 0) {
      return HeadScanner.bad("the request target is not a path (expected it to start with /)");
    }
    return path(bytes, path, to);
  }

  private static boolean isMethod(ByteBuf bytes, int from, int to, String method) {
    return to - from == method.length() && Bytes.text(bytes, from, to).equals(method);
  }

  /** Where the path begins; -1 for a target that has none. */
  private int absolutePath(ByteBuf bytes, int headStart, int from, int to) {
    if (bytes.getByte(from) == '/') {
      return from;
    }
    int scheme =
        Bytes.startsWith(bytes, from, to, "http://")
            ? 7
            : Bytes.startsWith(bytes, from, to, "https://") ? 8 : 0;
    if (scheme == 0) {
      return -1;
    }
    int end = from + scheme;
    while (end < to && bytes.getByte(end) != '/' && bytes.getByte(end) != '?') {
      end++;
    }
    authorityStart = from + scheme - headStart;
    authorityEnd = end - headStart;
    return end;
  }

  /** A fragment is never sent (RFC 9112 §3.2.1), and some read a backslash as a slash. */
  private static @Nullable Problem path(ByteBuf bytes, int from, int to) {
    boolean inQuery = false;
    for (int i = from; i < to; i++) {
      byte b = bytes.getByte(i);
      inQuery |= b == '?';
      if (b == '#' || (b == '\\' && !inQuery)) {
        return HeadScanner.bad("the request target holds a # or a \\ (expected %23 or %5C)");
      }
    }
    return null;
  }

  /**
   * RFC 9112 §3.2.2 lets the target's host win over {@code Host}; a client that names two is
   * refused, because the next program might choose the other one.
   */
  @Nullable Problem end(ByteBuf bytes, int headStart, HeaderFields fields) {
    if (!isAbsolute()) {
      return null;
    }
    String authority = Bytes.text(bytes, headStart + authorityStart, headStart + authorityEnd);
    return authority.equalsIgnoreCase(fields.host())
        ? null
        : HeadScanner.bad("the request target names another host than the Host header");
  }

  boolean isOld() {
    return old;
  }

  boolean isAbsolute() {
    return authorityEnd > 0;
  }

  /** Where the line begins: behind an empty line, if there is one. */
  int start() {
    return start;
  }

  /** Writes the line on in origin-form as far as its path; returns the place to go on from. */
  int writeOn(ByteBuf head, ByteBuf to) {
    if (!isAbsolute()) {
      return start;
    }
    int from = head.readerIndex();
    to.writeBytes(head, from + start, targetStart - start);
    if (authorityEnd == targetEnd || head.getByte(from + authorityEnd) == '?') {
      to.writeByte('/');
    }
    return authorityEnd;
  }

  void reset() {
    start = 0;
    authorityEnd = 0;
    old = false;
  }
}
