package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The bodies of polls' answers, with the names of their bytes. The last one is kept: those that
 * wait at one place are answered with the same. Belongs to one loop.
 */
final class PollBodies {

  /** A longer one is not kept. */
  private static final int KEPT_BYTES = 64 << 10;

  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

  private @Nullable Body last;

  /**
   * An answer's body.
   *
   * @param entries of it
   * @param next of it
   * @param bytes may be written as often as wanted
   * @param etag names these bytes; the URL they were got from is the cache's business
   */
  record Body(ByteBuf entries, String next, Buffer bytes, String etag) {}

  /**
   * The body with some events and gaps.
   *
   * @param entries with commas between, or null for none; never written to again
   * @param next the cursor to go on from
   */
  Body of(@Nullable ByteBuf entries, String next) {
    ByteBuf between = entries == null ? Unpooled.EMPTY_BUFFER : entries;
    Body same = last;
    if (same != null && same.next.equals(next) && ByteBufUtil.equals(same.entries, between)) {
      return same;
    }
    byte[] bytes = bytes(between, next);
    Body made = new Body(between, next, Buffer.buffer(bytes), etag(bytes));
    if (bytes.length <= KEPT_BYTES) {
      last = made;
    }
    return made;
  }

  private static byte[] bytes(ByteBuf entries, String next) {
    ByteBuf body = Unpooled.buffer(64 + entries.readableBytes() + next.length());
    ByteBufUtil.writeAscii(body, "{\"events\":[");
    body.writeBytes(entries, entries.readerIndex(), entries.readableBytes());
    ByteBufUtil.writeAscii(body, "],\"next\":\"");
    ByteBufUtil.writeAscii(body, next);
    ByteBufUtil.writeAscii(body, "\"}");
    return ByteBufUtil.getBytes(body);
  }

  private static String etag(byte[] body) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
      return '"' + ENCODER.encodeToString(Arrays.copyOf(hash, 12)) + '"';
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
