package io.sluice.publish;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects a body up to a limit, in blocks: one array that grows would take three times its size,
 * in pieces for which a heap with regions has no room.
 */
final class BodyReader {

  private static final int BLOCK_BYTES = 64 << 10;

  private final int maxBytes;

  /** The only piece so far; most bodies come in one. */
  private byte @Nullable [] only;

  private final List<byte[]> blocks = new ArrayList<>(0);
  private @Nullable ByteArrayOutputStream last;
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
    byte[] bytes = piece.getBytes();
    if (seen == bytes.length) {
      only = bytes;
      return true;
    }
    if (only != null) {
      append(only);
      only = null;
    }
    append(bytes);
    return true;
  }

  private void append(byte[] bytes) {
    ByteArrayOutputStream end = end();
    end.writeBytes(bytes);
    if (end.size() >= BLOCK_BYTES) {
      blocks.add(end.toByteArray());
      inBlocks += end.size();
      end.reset();
    }
  }

  private ByteArrayOutputStream end() {
    if (last == null) {
      last = new ByteArrayOutputStream(256);
    }
    return last;
  }

  /** Counts a piece without keeping it; false if there is now more than the limit. */
  boolean skip(int length) {
    seen += length;
    return seen <= maxBytes;
  }

  /** Bytes that are kept. */
  int size() {
    return inBlocks + (only == null ? 0 : only.length) + (last == null ? 0 : last.size());
  }

  /** The body. Lets go of it, so that it is held once only; for one call. */
  byte[] bytes() {
    byte[] whole = only == null ? joined() : only;
    only = null;
    return whole;
  }

  private byte[] joined() {
    byte[] all = new byte[size()];
    int at = 0;
    for (byte[] block : blocks) {
      System.arraycopy(block, 0, all, at, block.length);
      at += block.length;
    }
    byte[] rest = end().toByteArray();
    System.arraycopy(rest, 0, all, at, rest.length);
    blocks.clear();
    inBlocks = 0;
    last = null;
    return all;
  }
}
