package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * Counts what TLS makes of a connection's bytes, on its way to the socket: what waits there is
 * counted in these bytes, not in ours.
 */
final class SentBytes extends ChannelOutboundHandlerAdapter {

  private long bytes;
  private long writes;

  @Override
  public void write(ChannelHandlerContext to, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf buffer) {
      bytes += buffer.readableBytes();
      writes++;
    }
    to.write(message, promise);
  }

  long bytes() {
    return bytes;
  }

  long writes() {
    return writes;
  }
}
