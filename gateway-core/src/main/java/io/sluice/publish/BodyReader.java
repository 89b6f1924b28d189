package io.sluice.publish;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;

/** Collects a body up to a limit. */
final class BodyReader {

  private final int maxBytes;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
  private long seen;

  BodyReader(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes a piece; false if there is now more than the limit, and the piece was not kept. */
  boolean add(Buffer piece) {
    if (!skip(piece.length())) {
      return false;
    }
    bytes.writeBytes(piece.getBytes());
    return true;
  }

  /** Counts a piece without keeping it; false if there is now more than the limit. */
  boolean skip(int length) {
    seen += length;
    return seen <= maxBytes;
  }

  /** Bytes that are kept. */
  int size() {
    return bytes.size();
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }
}
