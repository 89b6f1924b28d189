package io.sluice.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.AsciiString;
import java.util.Arrays;

/**
 * Puts the bytes of a request's head together. One for each loop; between {@link #begin} and {@link
 * #end} nothing else may use it.
 *
 * <p>Clients' lines have passed the guard, those of the configuration its patterns, so that none
 * holds the end of a line. Should one do so all the same, CR, LF and NUL become blanks here (RFC
 * 9110 §5.5): lines begin only where this class begins them.
 */
final class HeadWriter {

  private static final int USUAL_BYTES = 4 << 10;

  private static final AsciiString BLANK = AsciiString.cached(" ");
  private static final AsciiString VERSION = AsciiString.cached(" HTTP/1.1\r\n");
  private static final AsciiString IS = AsciiString.cached(": ");
  private static final AsciiString LINE_END = AsciiString.cached("\r\n");

  private byte[] bytes = new byte[USUAL_BYTES];
  private int length;

  void begin(CharSequence method, CharSequence target) {
    length = 0;
    text(method);
    raw(BLANK);
    text(target);
    raw(VERSION);
  }

  /** A header line. */
  void line(CharSequence name, CharSequence value) {
    text(name);
    raw(IS);
    text(value);
    raw(LINE_END);
  }

  /** Ends a line that was put together by {@link #raw} and {@link #text}. */
  void endLine() {
    raw(LINE_END);
  }

  /** A part of a line: characters up to U+00FF, which are bytes as they came. */
  void text(CharSequence text) {
    int count = text.length();
    reserve(count);
    if (text instanceof AsciiString ascii) {
      byte[] from = ascii.array();
      for (int i = ascii.arrayOffset(), end = i + count; i < end; i++) {
        bytes[length++] = withinLine(from[i]);
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      bytes[length++] = withinLine(AsciiString.c2b(text.charAt(i)));
    }
  }

  /** The byte, or a blank for one that ends lines for some program. */
  static byte withinLine(byte b) {
    return b == '\r' || b == '\n' || b == 0 ? (byte) ' ' : b;
  }

  /** Bytes of ours, which may hold ends of lines. */
  void raw(AsciiString ours) {
    reserve(ours.length());
    System.arraycopy(ours.array(), ours.arrayOffset(), bytes, length, ours.length());
    length += ours.length();
  }

  private void reserve(int count) {
    if (bytes.length - length < count) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + count));
    }
  }

  /** The whole head, with its empty line. */
  ByteBuf end(ByteBufAllocator allocator) {
    raw(LINE_END);
    ByteBuf head = allocator.directBuffer(length).writeBytes(bytes, 0, length);
    if (bytes.length > USUAL_BYTES) {
      bytes = new byte[USUAL_BYTES]; // a large head is rare
    }
    return head;
  }
}
