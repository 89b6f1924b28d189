package io.sluice.publish;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Splits bytes that come in pieces into lines, none longer than a limit. */
final class Lines {

  private final int maxBytes;
  private final ArrayDeque<byte[]> whole = new ArrayDeque<>();
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
  private boolean overlong;
  private long heldBytes;

  Lines(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes a piece. What follows a line that is too long is dropped. */
  void add(byte[] piece) {
    int from = 0;
    for (int i = 0; i < piece.length && !overlong; i++) {
      if (piece[i] == '\n') {
        keep(piece, from, i);
        if (!overlong) {
          end();
        }
        from = i + 1;
      }
    }
    keep(piece, from, piece.length);
  }

  /**
   * The input has ended: what came after the last line end is a line too, if there was anything.
   */
  void finish() {
    if (begun.size() > 0 && !overlong) {
      end();
    }
  }

  /** The next whole line without its end, or null. */
  byte @Nullable [] poll() {
    byte[] next = whole.poll();
    if (next != null) {
      heldBytes -= next.length;
    }
    return next;
  }

  /** Bytes of lines, whole or begun, that nobody has taken yet. */
  long heldBytes() {
    return heldBytes;
  }

  /** Whether the line after those that are whole is too long. */
  boolean overlong() {
    return overlong;
  }

  private void keep(byte[] piece, int from, int to) {
    if (overlong) {
      return;
    }
    if (begun.size() + (to - from) > maxBytes) {
      overlong = true;
      heldBytes -= begun.size();
      begun.reset();
    } else {
      begun.write(piece, from, to - from);
      heldBytes += to - from;
    }
  }

  private void end() {
    whole.add(begun.toByteArray());
    begun.reset();
  }
}
