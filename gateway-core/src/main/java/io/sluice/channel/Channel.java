package io.sluice.channel;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The grammar of channel names and the short hash by which a cursor names a channel. */
public final class Channel {

  /** The longest name, in bytes of UTF-8. */
  public static final int MAX_NAME_BYTES = 255;

  private Channel() {}

  /**
   * Says what is wrong with a channel name.
   *
   * @return null for a valid name, else a sentence for people (what it is and what was expected)
   */
  public static @Nullable String problem(String name) {
    if (name.isEmpty()) {
      return "the channel name is empty (expected 1 to 255 bytes of UTF-8)";
    }
    boolean ascii = true;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (Character.isISOControl(c)) {
        return "the channel name has a control character at index " + i + " (expected none)";
      }
      ascii &= c < 0x80;
    }
    int bytes = ascii ? name.length() : utf8Length(name);
    if (bytes < 0) {
      return "the channel name is not valid Unicode (expected 1 to 255 bytes of UTF-8)";
    }
    return bytes > MAX_NAME_BYTES
        ? "the channel name has " + bytes + " bytes (expected 1 to 255 bytes of UTF-8)"
        : null;
  }

  /** A 32-bit FNV-1a hash of the name's UTF-8 bytes, finished so that all bits depend on all. */
  public static int hash(String name) {
    int hash = 0x811c9dc5;
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) >= 0x80) {
        return hashOfBytes(name);
      }
      hash = (hash ^ name.charAt(i)) * 0x01000193;
    }
    return finished(hash);
  }

  private static int hashOfBytes(String name) {
    int hash = 0x811c9dc5;
    for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x01000193;
    }
    return finished(hash);
  }

  private static int finished(int unfinished) {
    int hash = unfinished ^ (unfinished >>> 16);
    hash *= 0x85ebca6b;
    hash ^= hash >>> 13;
    hash *= 0xc2b2ae35;
    return hash ^ (hash >>> 16);
  }

  private static int utf8Length(String name) {
    try {
      ByteBuffer bytes =
          StandardCharsets.UTF_8
              .newEncoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .encode(CharBuffer.wrap(name));
      return bytes.remaining();
    } catch (CharacterCodingException loneSurrogate) {
      return -1;
    }
  }
}
