package io.sluice.proxy;

import io.netty.buffer.ByteBuf;

/** Watches WebSocket frames go by (RFC 6455 §5.2), to know where one of ours could stand. */
final class FrameBoundary {

  private static final int MAX_HEADER_BYTES = 14;

  private final byte[] header = new byte[MAX_HEADER_BYTES];
  private int got;
  private long left;

  /** Looks at bytes without taking them. */
  void watch(ByteBuf bytes) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (at < end) {
      if (left > 0) {
        int skipped = (int) Math.min(left, end - at);
        left -= skipped;
        at += skipped;
      } else {
        header[got++] = bytes.getByte(at++);
        if (got >= 2 && got == headerLength()) {
          left = payloadLength();
          got = 0;
        }
      }
    }
  }

  /** Whether no frame is under way. */
  boolean isBetweenFrames() {
    return got == 0 && left == 0;
  }

  private int headerLength() {
    int length = header[1] & 0x7f;
    int extended = length == 126 ? 2 : length == 127 ? 8 : 0;
    return 2 + extended + ((header[1] & 0x80) == 0 ? 0 : 4);
  }

  private long payloadLength() {
    int length = header[1] & 0x7f;
    if (length < 126) {
      return length;
    }
    long value = 0;
    for (int i = 0; i < (length == 126 ? 2 : 8); i++) {
      value = value << 8 | (header[2 + i] & 0xff);
    }
    return Math.max(0, value);
  }
}
