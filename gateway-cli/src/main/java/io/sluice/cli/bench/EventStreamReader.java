package io.sluice.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;

/** Reads one event stream; behind an HTTP codec, which takes the chunks apart. */
final class EventStreamReader extends SimpleChannelInboundHandler<HttpObject> {

  private final ReaderState state;
  private final FullHttpRequest request;

  EventStreamReader(ReaderState state, FullHttpRequest request) {
    this.state = state;
    this.request = request;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    context.writeAndFlush(request);
    context.fireChannelActive();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
    if (message instanceof HttpResponse answer) {
      if (answer.status().code() == 200) {
        state.onReady();
      } else {
        state.onRefused(HttpWords.of(answer));
        context.close();
        return;
      }
    }
    if (message instanceof HttpContent content) {
      ByteBuf bytes = content.content();
      state.onBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
    }
    if (message instanceof LastHttpContent) {
      context.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    state.onClosed("the stream ended");
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    state.onClosed(HttpWords.of(cause));
    context.close();
  }
}
