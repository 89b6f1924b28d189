package io.sluice.channel;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The text form of positions for clients: a list of parts joined by {@code .}, one for each
 * channel. {@code docs/protocol.md} §2.
 *
 * <p>A part is the version digit {@code 1} and, in base64url: the channel's hash (4 bytes), the
 * epoch (8), the stamp (4), a check over all of it (2) and the offset (1 to 8, without leading
 * zeros).
 *
 * @param parts in the order of the text
 */
public record Cursor(List<Part> parts) {

  /** No part at all: every channel starts at its head. */
  public static final Cursor EMPTY = new Cursor(List.of());

  /**
   * The cursor of no position, given to a client whose own could not be used: whoever comes back
   * with it is told the gap {@code unknown} (CUR-6). {@link #parse} has no record for it.
   */
  public static final String UNUSABLE = "0";

  /** The longest text that is looked at, in characters. */
  public static final int MAX_LENGTH = 5120;

  /** The most parts. */
  public static final int MAX_PARTS = 128;

  private static final int FIXED_BYTES = 18;

  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  /** What a byte at the front does to a check. */
  private static final char[] CRC = crcOfBytes();

  public Cursor {
    parts = List.copyOf(parts);
  }

  /** One channel's position. */
  public record Part(int channelHash, Position position) {}

  /** The position for a channel whose name hashes to {@code hash}, or null. */
  public @Nullable Position position(int hash) {
    for (Part part : parts) {
      if (part.channelHash == hash) {
        return part.position;
      }
    }
    return null;
  }

  /** The text of one part. */
  public static String part(int channelHash, Position position) {
    int offsetBytes = Math.max(1, (64 - Long.numberOfLeadingZeros(position.offset()) + 7) / 8);
    byte[] bytes = new byte[FIXED_BYTES + offsetBytes];
    put(bytes, 0, 4, channelHash);
    put(bytes, 4, 8, position.epoch());
    put(bytes, 12, 4, position.stamp());
    put(bytes, FIXED_BYTES, offsetBytes, position.offset());
    put(bytes, 16, 2, check(bytes));
    return "1".concat(ENCODER.encodeToString(bytes));
  }

  /**
   * Reads a cursor.
   *
   * @return null if the text is malformed (CUR-3)
   */
  public static @Nullable Cursor parse(String text) {
    if (text.isEmpty() || text.length() > MAX_LENGTH) {
      return null;
    }
    List<Part> parts = new ArrayList<>();
    Set<Integer> channels = new HashSet<>();
    int from = 0;
    while (from <= text.length()) {
      int dot = text.indexOf('.', from);
      int to = dot < 0 ? text.length() : dot;
      Part part = parsePart(text.substring(from, to));
      if (part == null || parts.size() == MAX_PARTS || !channels.add(part.channelHash)) {
        return null;
      }
      parts.add(part);
      from = to + 1;
    }
    return new Cursor(parts);
  }

  private static @Nullable Part parsePart(String text) {
    if (text.length() < 2 || text.charAt(0) != '1') {
      return null;
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text.substring(1));
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
    int offsetBytes = bytes.length - FIXED_BYTES;
    if (offsetBytes < 1 || offsetBytes > 8) {
      return null;
    }
    long offset = get(bytes, FIXED_BYTES, offsetBytes);
    if (offset < 0) {
      return null;
    }
    Part part =
        new Part(
            (int) get(bytes, 0, 4),
            new Position(get(bytes, 4, 8), offset, (int) get(bytes, 12, 4)));
    // The check, leading zeros, padding and unused bits: there is one text for a position.
    return part(part.channelHash, part.position).equals(text) ? part : null;
  }

  /** CRC-16/CCITT, so that a damaged part is malformed and not somebody else's. */
  private static int check(byte[] bytes) {
    int crc = 0xffff;
    for (byte b : bytes) {
      crc = ((crc << 8) & 0xffff) ^ CRC[(crc >>> 8) ^ (b & 0xff)];
    }
    return crc;
  }

  private static char[] crcOfBytes() {
    char[] table = new char[256];
    for (int b = 0; b < table.length; b++) {
      int crc = b << 8;
      for (int i = 0; i < 8; i++) {
        crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
      }
      table[b] = (char) crc;
    }
    return table;
  }

  private static void put(byte[] bytes, int at, int count, long value) {
    for (int i = 0; i < count; i++) {
      bytes[at + i] = (byte) (value >>> (8 * (count - 1 - i)));
    }
  }

  private static long get(byte[] bytes, int at, int count) {
    long value = 0;
    for (int i = 0; i < count; i++) {
      value = value << 8 | (bytes[at + i] & 0xff);
    }
    return value;
  }
}
