package io.sluice.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/**
 * Reads one WebSocket (RFC 6455) with as little work as can be: frames are followed to find pings,
 * which must be answered, and data is only looked through.
 */
final class WebSocketReader extends ChannelInboundHandlerAdapter {

  private static final int MAX_HEAD = 16 << 10;
  private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};
  private static final int CLOSE = 8;
  private static final int PING = 9;

  private final ReaderState state;
  private final String request;

  // The answer to the handshake; empty once it has come.
  private ByteBuf answer = Unpooled.buffer(256, MAX_HEAD);
  private boolean upgraded;

  // The frame that is being read.
  private final byte[] head = new byte[10];
  private int headBytes;
  private long left;
  private int opcode;
  private ByteBuf control = Unpooled.EMPTY_BUFFER;

  /**
   * @param request the whole handshake
   */
  WebSocketReader(ReaderState state, String request) {
    this.state = state;
    this.request = request;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context.writeAndFlush(Unpooled.copiedBuffer(request, StandardCharsets.US_ASCII));
    context.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      if (upgraded || upgrade(bytes)) {
        frames(context, bytes);
      }
    } finally {
      ReferenceCountUtil.release(bytes);
    }
  }

  /** Takes the answer's head off; whether it is all there. */
  private boolean upgrade(ByteBuf bytes) {
    int before = answer.readableBytes();
    int taken = Math.min(bytes.readableBytes(), answer.maxWritableBytes());
    answer.writeBytes(bytes, bytes.readerIndex(), taken);
    int end = ByteBufUtil.indexOf(Unpooled.wrappedBuffer(HEAD_END), answer);
    if (end < 0) {
      if (answer.maxWritableBytes() == 0) {
        state.onRefused("the answer to a handshake has no end");
      }
      return false;
    }
    String text = answer.toString(0, answer.readableBytes(), StandardCharsets.ISO_8859_1);
    answer = Unpooled.EMPTY_BUFFER;
    if (!text.startsWith("HTTP/1.1 101")) {
      state.onRefused(HttpWords.firstLine(text));
      return false;
    }
    bytes.skipBytes(end + HEAD_END.length - before);
    upgraded = true;
    state.onReady();
    return true;
  }

  private void frames(ChannelHandlerContext context, ByteBuf bytes) {
    while (bytes.isReadable()) {
      if (left == 0 && !headComplete(bytes.readByte())) {
        continue;
      }
      int length = (int) Math.min(left, bytes.readableBytes());
      if (opcode < CLOSE) {
        state.onBytes(bytes, bytes.readerIndex(), length);
      } else {
        control.writeBytes(bytes, bytes.readerIndex(), length);
      }
      bytes.skipBytes(length);
      left -= length;
      if (left == 0 && opcode == PING) {
        pong(context);
      }
    }
  }

  /** RFC 6455 §5.2, from a server, so without a mask. */
  private boolean headComplete(byte next) {
    head[headBytes++] = next;
    int code = headBytes < 2 ? 0 : head[1] & 0x7f;
    int extra = code == 126 ? 2 : code == 127 ? 8 : 0;
    if (headBytes < 2 + extra) {
      return false;
    }
    left = extra == 0 ? code : 0;
    for (int i = 0; i < extra; i++) {
      left = (left << 8) | (head[2 + i] & 0xff);
    }
    opcode = head[0] & 0x0f;
    headBytes = 0;
    if (opcode >= CLOSE) {
      control = Unpooled.buffer(code, 125);
    }
    return true;
  }

  private void pong(ChannelHandlerContext context) {
    int length = control.readableBytes();
    // Masked, as all frames of clients are; with a mask of zeros.
    ByteBuf frame = context.alloc().buffer(6 + length);
    frame.writeByte(0x8a).writeByte(0x80 | length).writeInt(0).writeBytes(control);
    control = Unpooled.EMPTY_BUFFER;
    context.writeAndFlush(frame);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    state.onClosed("the connection was closed");
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    state.onClosed(HttpWords.of(cause));
    context.close();
  }
}
