package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.LastHttpContent;

/**
 * Copies pieces of bodies out of the pool before Vert.x gets them.
 *
 * <p>While a request waits for its answer, or a body is paused, Vert.x keeps what comes behind it
 * in a queue, which it does not release when the connection closes: pooled memory would be lost for
 * good each time that a client leaves a held poll with a body behind it. Vert.x copies each piece
 * anyway when it takes it from that queue, and does not copy again what is not pooled.
 */
@ChannelHandler.Sharable
final class BodyCopier extends ChannelInboundHandlerAdapter {

  static final String NAME = "sluice-bodies";
  static final BodyCopier INSTANCE = new BodyCopier();

  private BodyCopier() {}

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    boolean piece = message instanceof HttpContent content && content.content().isReadable();
    context.fireChannelRead(piece ? copy((HttpContent) message) : message);
  }

  private static HttpContent copy(HttpContent pooled) {
    try {
      ByteBuf bytes = Unpooled.copiedBuffer(pooled.content());
      HttpContent copy =
          pooled instanceof LastHttpContent last
              ? new DefaultLastHttpContent(bytes, last.trailingHeaders())
              : new DefaultHttpContent(bytes);
      copy.setDecoderResult(pooled.decoderResult());
      return copy;
    } finally {
      pooled.release();
    }
  }
}
