package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.sluice.http.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a WebSocket client sends: RFC 6455 §5, strictly. Holds bytes only while a frame or a
 * message is incomplete, or while its handler wants no more.
 *
 * <p>Binary messages are not taken by anybody yet and are refused here, as is any message where
 * none is expected.
 */
final class FrameDecoder {

  private static final int RESERVED_BITS = 0x70;
  private static final int FIN = 0x80;
  private static final int MASKED = 0x80;
  private static final int MASK_BYTES = 4;

  private final Handler handler;
  private final int maxMessageBytes;
  private final boolean takesText;

  /** Inflates compressed messages; null if the client may not send any. */
  private final @Nullable Deflation deflation;

  /** What came and could not be decoded yet. */
  private @Nullable ByteBuf rest;

  /** The fragments so far of a message. */
  private @Nullable ByteBuf message;

  private @Nullable Utf8 utf8;
  private boolean done;

  /** Whether the message under way is compressed. */
  private boolean compressed;

  /** Hears what was read. Payloads are lent. */
  interface Handler {
    /** A whole frame is about to be told. */
    void onFrame();

    /** A text message, valid UTF-8. */
    void onText(ByteBuf payload);

    void onPing(ByteBuf payload);

    void onPong();

    /**
     * The client closes; nothing is told after this.
     *
     * @param code 0 if it gave none
     */
    void onClose(int code);

    /** The client broke a rule; nothing is told after this. */
    void onViolation(CloseReason reason, String detail);

    /** Whether nothing more is wanted until {@link #goOn}. */
    boolean isHeld();
  }

  /**
   * @param takesText whether text messages are expected
   */
  FrameDecoder(Handler handler, int maxMessageBytes, boolean takesText) {
    this(handler, maxMessageBytes, takesText, null);
  }

  /**
   * @param deflation inflates compressed messages, which the client may then send (RFC 7692)
   */
  FrameDecoder(
      Handler handler, int maxMessageBytes, boolean takesText, @Nullable Deflation deflation) {
    this.handler = handler;
    this.maxMessageBytes = maxMessageBytes;
    this.takesText = takesText;
    this.deflation = deflation;
  }

  /** Takes bytes over and tells the frames that are complete now. */
  void feed(ByteBuf bytes) {
    ByteBuf held = rest;
    rest = null;
    if (held == null) {
      decode(bytes, false);
    } else {
      held.writeBytes(bytes);
      bytes.release();
      decode(held, true);
    }
  }

  /** The handler wants more again. */
  void goOn() {
    ByteBuf held = rest;
    rest = null;
    if (held != null) {
      decode(held, true);
    }
  }

  /** Lets go of what is held. Nothing is told any more. */
  void close() {
    done = true;
    release(rest);
    release(message);
    rest = null;
    message = null;
  }

  private static void release(@Nullable ByteBuf bytes) {
    if (bytes != null) {
      bytes.release();
    }
  }

  private void decode(ByteBuf in, boolean own) {
    boolean more = true;
    while (more && !done && !handler.isHeld()) {
      more = decodeFrame(in);
    }
    if (done || !in.isReadable()) {
      in.release();
    } else if (own) {
      rest = in.discardSomeReadBytes();
    } else {
      // A copy of its size: an incomplete frame must not hold the buffer of a whole read.
      rest = in.alloc().buffer(in.readableBytes()).writeBytes(in);
      in.release();
    }
  }

  /** Tells one frame; false if it is incomplete or broke a rule. */
  private boolean decodeFrame(ByteBuf in) {
    int at = in.readerIndex();
    int available = in.readableBytes();
    if (available < 2) {
      return false;
    }
    int first = in.getUnsignedByte(at);
    int second = in.getUnsignedByte(at + 1);
    if (!isHeaderValid(first, second)) {
      return false;
    }
    int shortLength = second & 0x7f;
    int lengthBytes = shortLength == 126 ? 2 : shortLength == 127 ? 8 : 0;
    if (available < 2 + lengthBytes) {
      return false;
    }
    long length = length(in, at + 2, shortLength);
    int headerBytes = 2 + lengthBytes + MASK_BYTES;
    if (!isLengthValid(first & 0xf, length, lengthBytes) || available - headerBytes < length) {
      return false;
    }
    int mask = in.getInt(at + headerBytes - MASK_BYTES);
    in.skipBytes(headerBytes);
    ByteBuf payload = in.readSlice((int) length);
    unmask(payload, mask);
    handler.onFrame();
    tell(first, payload);
    return !done;
  }

  private boolean isHeaderValid(int first, int second) {
    int opcode = first & 0xf;
    boolean control = (opcode & 0x8) != 0;
    // RFC 7692 §6: on the first frame of a message only.
    boolean begins = opcode == Frame.TEXT || opcode == Frame.BINARY;
    int meaningful = deflation != null && begins ? Frame.COMPRESSED : 0;
    if ((first & RESERVED_BITS & ~meaningful) != 0) {
      return fail(CloseReason.BAD_FRAME, "a reserved bit is set where it means nothing");
    }
    if (opcode > Frame.PONG || (opcode > Frame.BINARY && !control)) {
      return fail(CloseReason.BAD_FRAME, "opcode " + opcode + " is reserved");
    }
    if (control && ((first & FIN) == 0 || (second & 0x7f) > Frame.MAX_CONTROL_BYTES)) {
      return fail(CloseReason.BAD_FRAME, "a control frame is fragmented or above 125 bytes");
    }
    if ((second & MASKED) == 0) {
      return fail(CloseReason.BAD_FRAME, "the frame is not masked");
    }
    if (!control && (opcode == Frame.CONTINUATION) != (message != null)) {
      return fail(CloseReason.BAD_FRAME, "a continuation is out of place or missing");
    }
    if (opcode == Frame.BINARY || (opcode == Frame.TEXT && !takesText)) {
      return fail(CloseReason.UNSUPPORTED_DATA, "nobody takes such a message");
    }
    return true;
  }

  private static long length(ByteBuf in, int at, int shortLength) {
    return switch (shortLength) {
      case 126 -> in.getUnsignedShort(at);
      case 127 -> in.getLong(at);
      default -> shortLength;
    };
  }

  private boolean isLengthValid(int opcode, long length, int lengthBytes) {
    if (length < 0
        || (lengthBytes == 2 && length < 126)
        || (lengthBytes == 8 && length < 1 << 16)) {
      return fail(CloseReason.BAD_FRAME, "the length is not in its shortest form");
    }
    boolean control = (opcode & 0x8) != 0;
    int before = message == null || control ? 0 : message.readableBytes();
    if (length > maxMessageBytes - before && !control) {
      return fail(CloseReason.TOO_LARGE, "the message is above " + maxMessageBytes + " bytes");
    }
    return true;
  }

  private static void unmask(ByteBuf payload, int mask) {
    int i = payload.readerIndex();
    int end = payload.writerIndex();
    for (; i + MASK_BYTES <= end; i += MASK_BYTES) {
      payload.setInt(i, payload.getInt(i) ^ mask);
    }
    for (int shift = 24; i < end; i++, shift -= 8) {
      payload.setByte(i, payload.getByte(i) ^ (mask >>> shift));
    }
  }

  private void tell(int first, ByteBuf payload) {
    switch (first & 0xf) {
      case Frame.PING -> handler.onPing(payload);
      case Frame.PONG -> handler.onPong();
      case Frame.CLOSE -> tellClose(payload);
      default -> tellData(first, payload);
    }
  }

  private void tellData(int first, ByteBuf payload) {
    boolean last = (first & FIN) != 0;
    if (message == null) {
      compressed = (first & Frame.COMPRESSED) != 0;
    }
    if (!compressed && !isText(payload, last)) {
      return;
    }
    if (!last) {
      message =
          (message == null ? payload.alloc().buffer(payload.readableBytes()) : message)
              .writeBytes(payload);
    } else if (message == null) {
      tellMessage(payload);
    } else {
      ByteBuf whole = message.writeBytes(payload);
      message = null;
      tellMessage(whole);
      whole.release();
    }
  }

  /** Text may come in pieces; false after a violation. */
  private boolean isText(ByteBuf piece, boolean last) {
    Utf8 check = utf8 == null ? new Utf8() : utf8;
    utf8 = last ? null : check;
    return (check.take(piece) && (!last || check.isComplete()))
        || fail(CloseReason.NOT_UTF8, "the text is not UTF-8");
  }

  private void tellMessage(ByteBuf whole) {
    Deflation inflates = deflation;
    if (!compressed || inflates == null) {
      handler.onText(whole);
      return;
    }
    ByteBuf text = whole.alloc().buffer();
    CloseReason problem = inflates.inflate(whole, text, maxMessageBytes);
    if (problem != null) {
      fail(problem, "the compressed message is malformed or above " + maxMessageBytes + " bytes");
    } else if (isText(text, true)) {
      handler.onText(text);
    }
    text.release();
  }

  private void tellClose(ByteBuf payload) {
    if (payload.readableBytes() == 0) {
      done = true;
      handler.onClose(0);
    } else if (payload.readableBytes() == 1
        || !isCode(payload.getUnsignedShort(payload.readerIndex()))) {
      fail(CloseReason.BAD_FRAME, "the close code is not one that may be sent");
    } else {
      int code = payload.readUnsignedShort();
      Utf8 check = new Utf8();
      if (!check.take(payload) || !check.isComplete()) {
        fail(CloseReason.NOT_UTF8, "the close reason is not UTF-8");
      } else {
        done = true;
        handler.onClose(code);
      }
    }
  }

  /** RFC 6455 §7.4 and the IANA registry: codes that may be in a frame. */
  private static boolean isCode(int code) {
    return (code >= 1000 && code <= 1003)
        || (code >= 1007 && code <= 1014)
        || (code >= 3000 && code <= 4999);
  }

  private boolean fail(CloseReason reason, String detail) {
    done = true;
    handler.onViolation(reason, detail);
    return false;
  }
}
