package io.sluice.publish;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Strict UTF-8: what is malformed is refused, never replaced. */
final class Utf8 {

  private Utf8() {}

  /** Whether bytes are well-formed UTF-8 (RFC 3629). */
  static boolean isValid(byte[] bytes) {
    for (byte b : bytes) {
      if (b < 0) {
        return decode(bytes) != null;
      }
    }
    return true;
  }

  /** The text, or null if it is malformed. */
  static @Nullable String decode(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException malformed) {
      return null;
    }
  }

  /** The bytes, or null for a text with half of a surrogate pair. */
  static byte @Nullable [] encode(String text) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      byte[] exact = new byte[bytes.remaining()];
      bytes.get(exact);
      return exact;
    } catch (CharacterCodingException loneSurrogate) {
      return null;
    }
  }
}
