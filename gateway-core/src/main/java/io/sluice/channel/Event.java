package io.sluice.channel;

import org.jspecify.annotations.Nullable;

/**
 * One entry of a channel's log. Immutable: whoever holds {@code data} must not write to it.
 *
 * @param offset its place in the epoch, from 1
 * @param stamp 32 random bits drawn when it was appended
 * @param name its name, or null for none (which is the same as {@code message})
 * @param type its content type as published, or null for none
 * @param kind how the data is embedded in the JSON form and framed on a socket
 * @param data the bytes as published; UTF-8 unless {@code kind} is binary
 * @param timeMs when it was appended, milliseconds since 1970 (for people; never used for expiry)
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are shared, not compared
public record Event(
    long offset,
    int stamp,
    @Nullable String name,
    @Nullable String type,
    Kind kind,
    byte[] data,
    long timeMs) {

  /** What the data is, decided from the content type at publish and never from the bytes. */
  public enum Kind {
    /** UTF-8 text. */
    TEXT,
    /** UTF-8 text that is valid JSON. */
    JSON,
    /** Bytes. */
    BINARY
  }

  /** A fixed allowance for what an event costs beside its strings and bytes. */
  public static final int OVERHEAD_BYTES = 96;

  private static final int ARRAY_HEADER_BYTES = 16;

  /**
   * Roughly what it takes on the heap.
   *
   * @param regionBytes of the collector's regions: data of half a region and more gets whole ones;
   *     0 for a heap without regions
   */
  public long memoryBytes(long regionBytes) {
    long array = ARRAY_HEADER_BYTES + (long) data.length;
    long lost = regionBytes == 0 || array < regionBytes / 2 ? 0 : -array & (regionBytes - 1);
    return (long) OVERHEAD_BYTES + sizeBytes() + lost;
  }

  /** Bytes that count towards a history's bound: data, name and type. */
  public int sizeBytes() {
    return data.length + (name == null ? 0 : name.length()) + (type == null ? 0 : type.length());
  }
}
