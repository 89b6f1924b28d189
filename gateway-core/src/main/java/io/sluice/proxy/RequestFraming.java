package io.sluice.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.Map;

/** The chunked coding of a request's body (RFC 9112 §7.1). */
final class RequestFraming {

  private RequestFraming() {}

  /**
   * What stands before a chunk's data; {@link #chunkEnd} follows them.
   *
   * @param length more than 0, which would be the last chunk's
   */
  static ByteBuf chunkSize(int length, ByteBufAllocator allocator) {
    return bytes(Integer.toHexString(length) + "\r\n", allocator);
  }

  static ByteBuf chunkEnd(ByteBufAllocator allocator) {
    return bytes("\r\n", allocator);
  }

  /** The last chunk and the trailers, each of which is one line (see {@link HeadWriter}). */
  static ByteBuf end(HttpHeaders trailers, ByteBufAllocator allocator) {
    StringBuilder lines = new StringBuilder("0\r\n");
    for (Map.Entry<String, String> trailer : trailers) {
      withinLine(trailer.getKey(), lines);
      lines.append(": ");
      withinLine(trailer.getValue(), lines);
      lines.append("\r\n");
    }
    return bytes(lines.append("\r\n"), allocator);
  }

  private static void withinLine(String text, StringBuilder to) {
    for (int i = 0; i < text.length(); i++) {
      to.append(AsciiString.b2c(HeadWriter.withinLine(AsciiString.c2b(text.charAt(i)))));
    }
  }

  private static ByteBuf bytes(CharSequence text, ByteBufAllocator allocator) {
    ByteBuf bytes = allocator.directBuffer(text.length());
    for (int i = 0; i < text.length(); i++) {
      bytes.writeByte(text.charAt(i));
    }
    return bytes;
  }
}
