package io.sluice.config;

import java.util.ArrayList;
import java.util.List;

/** Patterns for ranges of numbers: a schema knows the bounds of numbers, but not of {@code 25s}. */
final class Digits {

  private Digits() {}

  /** Matches the whole numbers from low to high, both not negative, without leading zeros. */
  static String between(long low, long high) {
    List<String> parts = new ArrayList<>();
    long from = low;
    while (from <= high) {
      long block = block(from, high);
      long digit = from / block % 10;
      long last = digit;
      while (last < 9 && from + (last - digit + 2) * block - 1 <= high) {
        last++;
      }
      parts.add(part(from / block / 10, digit, last, block));
      from += (last - digit + 1) * block;
    }
    return parts.size() == 1 ? parts.get(0) : "(?:" + String.join("|", parts) + ")";
  }

  /** The largest power of ten whose next multiple begins here and ends within the bounds. */
  private static long block(long from, long high) {
    long block = 1;
    while (from > 0 && from % (block * 10) == 0 && from + block * 10 - 1 <= high) {
      block *= 10;
    }
    return block;
  }

  private static String part(long prefix, long digit, long last, long block) {
    int free = Long.toString(block).length() - 1;
    return (prefix == 0 ? "" : "" + prefix)
        + (digit == last ? "" + digit : "[" + digit + "-" + last + "]")
        + (free == 0 ? "" : free == 1 ? "[0-9]" : "[0-9]{" + free + "}");
  }
}
