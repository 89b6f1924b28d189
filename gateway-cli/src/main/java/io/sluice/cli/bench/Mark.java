package io.sluice.cli.bench;

import io.netty.buffer.ByteBuf;
import java.util.Locale;

/**
 * How an event is known again in any framing: its data begins with {@code #}, the lane (2 digits),
 * its number in that lane and channel from 1 (8 digits) and when it was published (12 digits,
 * microseconds of the run).
 *
 * <p>Events that are published on different connections have no order among each other; a lane is
 * one connection. Finds marks in a stream that comes in pieces.
 */
final class Mark {

  /** What is told of each mark. */
  interface Sink {
    void onMark(int lane, int number, long publishedUs);
  }

  /** Length of a mark. */
  static final int BYTES = 23;

  static final int LANES = 64;
  private static final int LANE_AND_NUMBER = 10;
  private static final int DIGITS = BYTES - 1;
  private static final long NUMBERS = 100_000_000L;

  // -1: not in a mark.
  private int digits = -1;
  private long which;
  private long when;

  /** An event's data, filled up to a length. */
  static String data(int lane, int number, long us, int bytes) {
    return String.format(Locale.ROOT, "#%02d%08d%012d", lane, number, us)
        + "x".repeat(bytes - BYTES);
  }

  /** Looks through readable bytes of a buffer, without reading them. */
  void scan(ByteBuf bytes, int from, int length, Sink sink) {
    int end = from + length;
    int at = from;
    while (at < end) {
      if (digits < 0) {
        at = bytes.indexOf(at, end, (byte) '#');
        if (at < 0) {
          return;
        }
        at++;
        begin();
      } else {
        int digit = bytes.getByte(at) - '0';
        if (digit < 0 || digit > 9) {
          // Looked at again: it may begin another one.
          digits = -1;
        } else {
          at++;
          add(digit, sink);
        }
      }
    }
  }

  private void begin() {
    digits = 0;
    which = 0;
    when = 0;
  }

  private void add(int digit, Sink sink) {
    if (digits < LANE_AND_NUMBER) {
      which = which * 10 + digit;
    } else {
      when = when * 10 + digit;
    }
    if (++digits == DIGITS) {
      digits = -1;
      int lane = (int) (which / NUMBERS);
      if (lane < LANES) {
        sink.onMark(lane, (int) (which % NUMBERS), when);
      }
    }
  }
}
