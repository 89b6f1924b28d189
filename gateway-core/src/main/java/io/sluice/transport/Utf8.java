package io.sluice.transport;

import io.netty.buffer.ByteBuf;

/** Checks UTF-8 that comes in pieces: the well-formed sequences of Unicode, table 3-7. */
final class Utf8 {

  /** Bytes that the sequence under way still needs. */
  private int needed;

  /** What the next of them may be; narrower after some first bytes. */
  private int lowest = 0x80;

  private int highest = 0xbf;

  /** Takes the next piece; false if it cannot be UTF-8, whatever follows. */
  boolean take(ByteBuf bytes) {
    int end = bytes.writerIndex();
    for (int i = bytes.readerIndex(); i < end; i++) {
      int b = bytes.getUnsignedByte(i);
      if (needed > 0 ? !goOn(b) : b >= 0x80 && !begin(b)) {
        return false;
      }
    }
    return true;
  }

  /** Whether no sequence is under way. */
  boolean isComplete() {
    return needed == 0;
  }

  private boolean goOn(int b) {
    if (b < lowest || b > highest) {
      return false;
    }
    lowest = 0x80;
    highest = 0xbf;
    needed--;
    return true;
  }

  private boolean begin(int b) {
    if (b < 0xc2 || b > 0xf4) {
      return false;
    }
    needed = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
    switch (b) {
      case 0xe0 -> lowest = 0xa0; // no overlong forms
      case 0xed -> highest = 0x9f; // no surrogates
      case 0xf0 -> lowest = 0x90;
      case 0xf4 -> highest = 0x8f; // nothing above U+10FFFF
      default -> {}
    }
    return true;
  }
}
