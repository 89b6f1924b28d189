package io.sluice.http.guard;

import io.netty.buffer.ByteBuf;

/** A host and perhaps a port (RFC 3986 §3.2): a name, an IPv4 address, or [IPv6]. */
final class Authority {

  private static final int MAX_PORT = 65_535;
  private static final int MAX_PORT_DIGITS = 5;

  private Authority() {}

  static boolean isValid(ByteBuf bytes, int from, int to) {
    if (from == to) {
      return false;
    }
    int end = bytes.getByte(from) == '[' ? addressEnd(bytes, from, to) : nameEnd(bytes, from, to);
    return end > from && (end == to || isPort(bytes, end, to));
  }

  private static int nameEnd(ByteBuf bytes, int from, int to) {
    int end = from;
    while (end < to && Bytes.isHost(bytes.getByte(end))) {
      end++;
    }
    return end;
  }

  private static int addressEnd(ByteBuf bytes, int from, int to) {
    int end = from + 1;
    boolean colon = false;
    for (; end < to; end++) {
      byte b = bytes.getByte(end);
      colon |= b == ':';
      if (!Bytes.isHex(b) && b != ':' && b != '.') {
        break;
      }
    }
    return colon && end < to && bytes.getByte(end) == ']' ? end + 1 : from;
  }

  private static boolean isPort(ByteBuf bytes, int from, int to) {
    int digits = to - from - 1;
    if (bytes.getByte(from) != ':' || digits < 1 || digits > MAX_PORT_DIGITS) {
      return false;
    }
    int port = 0;
    for (int i = from + 1; i < to; i++) {
      if (!Bytes.isDigit(bytes.getByte(i))) {
        return false;
      }
      port = port * 10 + bytes.getByte(i) - '0';
    }
    return port <= MAX_PORT;
  }
}
