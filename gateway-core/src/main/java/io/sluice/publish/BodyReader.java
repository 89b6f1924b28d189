package io.sluice.publish;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects a body up to a limit, in blocks: one array that grows would take three times its size,
 * in pieces for which a heap with regions has no room.
 */
final class BodyReader {

  private static final int BLOCK_BYTES = 64 << 10;

  private final int maxBytes;
  private final List<byte[]> blocks = new ArrayList<>();
  private final ByteArrayOutputStream last = new ByteArrayOutputStream(256);
  private int inBlocks;
  private long seen;

  BodyReader(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes a piece; false if there is now more than the limit, and the piece was not kept. */
  boolean add(Buffer piece) {
    if (!skip(piece.length())) {
      return false;
    }
    last.writeBytes(piece.getBytes());
    if (last.size() >= BLOCK_BYTES) {
      blocks.add(last.toByteArray());
      inBlocks += last.size();
      last.reset();
    }
    return true;
  }

  /** Counts a piece without keeping it; false if there is now more than the limit. */
  boolean skip(int length) {
    seen += length;
    return seen <= maxBytes;
  }

  /** Bytes that are kept. */
  int size() {
    return inBlocks + last.size();
  }

  /** The body. Lets go of it, so that it is held once only; for one call. */
  byte[] bytes() {
    byte[] all = new byte[size()];
    int at = 0;
    for (byte[] block : blocks) {
      System.arraycopy(block, 0, all, at, block.length);
      at += block.length;
    }
    byte[] rest = last.toByteArray();
    System.arraycopy(rest, 0, all, at, rest.length);
    blocks.clear();
    inBlocks = 0;
    last.reset();
    return all;
  }
}
