package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ByteProcessor;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The lines of SSE blocks (HTML §9.2.6) and the chunks around them (RFC 9112 §7.1). */
final class SseBlocks {

  private SseBlocks() {}

  /** {@code event: NAME}, if there is a name. */
  static void event(ByteBuf out, @Nullable String name) {
    if (name != null) {
      text(out, "event: ");
      text(out, name);
      out.writeByte('\n');
    }
  }

  /** A {@code data:} line for each line of UTF-8 text; CR LF and CR end a line as LF does. */
  static void data(ByteBuf out, ByteBuf utf8) {
    int end = utf8.writerIndex();
    int from = utf8.readerIndex();
    while (true) {
      int found = utf8.forEachByte(from, end - from, ByteProcessor.FIND_CRLF);
      int stop = found < 0 ? end : found;
      text(out, "data: ");
      out.writeBytes(utf8, from, stop - from);
      out.writeByte('\n');
      if (stop == end) {
        return;
      }
      boolean crLf = utf8.getByte(stop) == '\r' && stop + 1 < end && utf8.getByte(stop + 1) == '\n';
      from = stop + (crLf ? 2 : 1);
    }
  }

  /** One {@code data:} line of base64. */
  static void base64(ByteBuf out, byte[] bytes) {
    text(out, "data: ");
    out.writeBytes(Base64.getEncoder().encode(bytes));
    out.writeByte('\n');
  }

  /** {@code id: CURSOR} and the end of the block. */
  static void id(ByteBuf out, String cursor) {
    text(out, "id: ");
    text(out, cursor);
    text(out, "\n\n");
  }

  static void text(ByteBuf out, String text) {
    ByteBufUtil.writeUtf8(out, text);
  }

  /** Bytes as one chunk. There must be at least one: an empty chunk ends the body. */
  static void chunk(ByteBuf out, ByteBuf bytes) {
    ByteBufUtil.writeAscii(out, Integer.toHexString(bytes.readableBytes()));
    out.writeShort('\r' << 8 | '\n');
    out.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
    out.writeShort('\r' << 8 | '\n');
  }

  /** The chunk that ends a body. */
  static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
}
