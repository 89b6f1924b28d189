package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import org.jspecify.annotations.Nullable;

/**
 * Copies pieces of bodies out of the pool before Vert.x gets them, and makes one of the small ones
 * that came in one read.
 *
 * <p>While a body is paused, Vert.x keeps what comes in a queue, which it does not release when the
 * connection closes: pooled memory would be lost for good each time that a client leaves. Vert.x
 * copies each piece anyway when it takes it from that queue, and does not copy again what is not
 * pooled. Each piece takes its own way through Vert.x and to the upstream, so that chunks of one
 * byte would hold the loop for long.
 */
final class BodyCopier extends ChannelInboundHandlerAdapter {

  static final String NAME = "sluice-bodies";

  /** A piece of so many bytes goes on at once; it is what the decoder makes at most. */
  private static final int WHOLE_BYTES = 8 << 10;

  /** Of this read, not yet passed on. */
  private @Nullable ByteBuf small;

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof HttpContent content) || !content.content().isReadable()) {
      passSmall(context);
      context.fireChannelRead(message);
    } else if (content instanceof LastHttpContent last) {
      passSmall(context);
      HttpContent copy = new DefaultLastHttpContent(copy(content), last.trailingHeaders());
      copy.setDecoderResult(content.decoderResult());
      context.fireChannelRead(copy);
    } else if (content.decoderResult().isSuccess()) {
      gather(context, content);
    } else {
      passSmall(context);
      HttpContent copy = new DefaultHttpContent(copy(content));
      copy.setDecoderResult(content.decoderResult());
      context.fireChannelRead(copy);
    }
  }

  private static ByteBuf copy(HttpContent pooled) {
    ByteBuf bytes = Unpooled.copiedBuffer(pooled.content());
    pooled.release();
    return bytes;
  }

  private void gather(ChannelHandlerContext context, HttpContent content) {
    if (small == null) {
      small = copy(content);
    } else {
      small.writeBytes(content.content());
      content.release();
    }
    if (small.readableBytes() >= WHOLE_BYTES) {
      passSmall(context);
    }
  }

  private void passSmall(ChannelHandlerContext context) {
    ByteBuf gathered = small;
    small = null;
    if (gathered != null) {
      context.fireChannelRead(new DefaultHttpContent(gathered));
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    passSmall(context);
    context.fireChannelReadComplete();
  }

  /** The connection is no HTTP any more, or gone. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    small = null; // not pooled
  }
}
