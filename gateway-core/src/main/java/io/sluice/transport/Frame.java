package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** The frames that the gateway writes: RFC 6455 §5.2. Whole messages, never masked. */
final class Frame {

  static final int CONTINUATION = 0x0;
  static final int TEXT = 0x1;
  static final int BINARY = 0x2;
  static final int CLOSE = 0x8;
  static final int PING = 0x9;
  static final int PONG = 0xa;

  /** The longest payload of a control frame. */
  static final int MAX_CONTROL_BYTES = 125;

  /** Beside the opcode of a message: it is compressed (RFC 7692 §6). */
  static final int COMPRESSED = 0x40;

  private static final int FIN = 0x80;
  private static final byte[] EMPTY_PING = {(byte) (FIN | PING), 0};

  private Frame() {}

  /** Writes the header of a message; the payload follows. */
  static void header(ByteBuf out, int opcode, int length) {
    out.writeByte(FIN | opcode);
    if (length < 126) {
      out.writeByte(length);
    } else if (length < 1 << 16) {
      out.writeByte(126).writeShort(length);
    } else {
      out.writeByte(127).writeLong(length);
    }
  }

  /** A text message of a payload, which stays the caller's. */
  static ByteBuf text(ByteBuf payload) {
    int length = payload.readableBytes();
    ByteBuf frame = payload.alloc().buffer(length + 10);
    header(frame, TEXT, length);
    return frame.writeBytes(payload, payload.readerIndex(), length);
  }

  static ByteBuf ping() {
    return Unpooled.wrappedBuffer(EMPTY_PING);
  }

  /** The answer to a ping, whose payload stays the caller's (RFC 6455 §5.5.3). */
  static ByteBuf pong(ByteBuf payload) {
    int length = payload.readableBytes();
    ByteBuf frame = Unpooled.buffer(length + 2);
    header(frame, PONG, length);
    return frame.writeBytes(payload, payload.readerIndex(), length);
  }

  /**
   * A close frame (RFC 6455 §5.5.1, §7.4).
   *
   * @param code 0 for a frame without code and reason
   * @param reason cut to what a control frame holds
   */
  static ByteBuf close(int code, String reason) {
    if (code == 0) {
      return Unpooled.wrappedBuffer(new byte[] {(byte) (FIN | CLOSE), 0});
    }
    byte[] text = reason.getBytes(StandardCharsets.US_ASCII);
    int length = Math.min(text.length, MAX_CONTROL_BYTES - 2);
    ByteBuf frame = Unpooled.buffer(length + 4);
    header(frame, CLOSE, length + 2);
    return frame.writeShort(code).writeBytes(text, 0, length);
  }
}
