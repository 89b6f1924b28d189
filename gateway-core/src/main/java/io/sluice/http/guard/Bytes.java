package io.sluice.http.guard;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;

/** The classes of bytes in RFC 9110 §5.6 and RFC 3986 §2, and comparing without copies. */
final class Bytes {

  /** Stops at what ends a line and at every other control character but a tab. */
  static final ByteProcessor IN_LINE = b -> (b >= ' ' || b < 0 || b == '\t') && b != 0x7f;

  private static final int TOKEN = 1;
  private static final int PLAIN_NAME = 2;
  private static final int HEX = 4;
  private static final int HOST = 8;
  private static final byte[] CLASSES = classes();

  private Bytes() {}

  private static byte[] classes() {
    byte[] classes = new byte[256];
    for (int c = 0; c < 128; c++) {
      boolean letterOrDigit = c < 128 && Character.isLetterOrDigit(c);
      if (letterOrDigit || "!#$%&'*+-.^_`|~".indexOf(c) >= 0) {
        classes[c] |= TOKEN;
      }
      if (letterOrDigit || c == '-') {
        classes[c] |= PLAIN_NAME;
      }
      if (letterOrDigit || "-._~".indexOf(c) >= 0) {
        classes[c] |= HOST;
      }
      if (Character.digit(c, 16) >= 0) {
        classes[c] |= HEX;
      }
    }
    return classes;
  }

  /** A {@code tchar} (RFC 9110 §5.6.2). */
  static boolean isToken(byte b) {
    return (CLASSES[b & 0xff] & TOKEN) != 0;
  }

  /** A letter, a digit or a hyphen: what every program reads alike in a header's name. */
  static boolean isPlainName(byte b) {
    return (CLASSES[b & 0xff] & PLAIN_NAME) != 0;
  }

  static boolean isHex(byte b) {
    return (CLASSES[b & 0xff] & HEX) != 0;
  }

  /** What a host name or an IPv4 address is made of; percent-encoding is for nobody's host. */
  static boolean isHost(byte b) {
    return (CLASSES[b & 0xff] & HOST) != 0;
  }

  static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  /** Whether exactly this text stands there, whatever the case of its letters. */
  static boolean is(ByteBuf bytes, int from, int to, String lowerCase) {
    return to - from == lowerCase.length() && startsWith(bytes, from, to, lowerCase);
  }

  /** Whether this text stands at the begin, whatever the case of its letters. */
  static boolean startsWith(ByteBuf bytes, int from, int to, String lowerCase) {
    if (to - from < lowerCase.length()) {
      return false;
    }
    for (int i = 0; i < lowerCase.length(); i++) {
      int b = bytes.getByte(from + i);
      if ((b >= 'A' && b <= 'Z' ? b + 32 : b) != lowerCase.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  static String text(ByteBuf bytes, int from, int to) {
    return bytes.toString(from, to - from, StandardCharsets.ISO_8859_1);
  }
}
