package io.sluice.config;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Percent-decoding of one path segment (RFC 3986 §2.1); {@code +} is itself. */
final class Percent {

  private Percent() {}

  /** A text decoded once, or null if a {@code %} is malformed or the bytes are not UTF-8. */
  static @Nullable String decode(String text) {
    return decodeRaw(
        new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
  }

  /**
   * The same for a segment of a request, whose characters are bytes as they came on the wire: UTF-8
   * that the client forgot to encode means the same as if it had.
   */
  static @Nullable String decodeRaw(String segment) {
    if (segment.chars().allMatch(c -> c != '%' && c < 0x80)) {
      return segment;
    }
    byte[] raw = segment.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer decoded = ByteBuffer.allocate(raw.length);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] != '%') {
        decoded.put(raw[i]);
        continue;
      }
      int high = i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
      int low = i + 2 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
      if (high < 0 || low < 0) {
        return null;
      }
      decoded.put((byte) ((high << 4) | low));
      i += 2;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString();
    } catch (CharacterCodingException notUtf8) {
      return null;
    }
  }
}
