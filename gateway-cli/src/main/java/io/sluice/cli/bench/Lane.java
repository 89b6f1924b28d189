package io.sluice.cli.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One publisher: one request at a time on a connection that is kept, and made anew if the server
 * does not keep it. Belongs to its event loop.
 */
final class Lane {

  /** What a lane tells, on its event loop. */
  interface Listener {
    /** The last request was answered. */
    void onFree();

    /** It was refused or not answered; the lane stays busy. */
    void onFailure(String words);
  }

  private static final int MAX_ANSWER = 1 << 20;

  private final Plan.Publish publish;
  private final Sockets sockets;
  private final EventLoop loop;
  private final Listener listener;
  private @Nullable Channel channel;
  private boolean busy;

  Lane(Plan.Publish publish, Sockets sockets, EventLoop loop, Listener listener) {
    this.publish = publish;
    this.sockets = sockets;
    this.loop = loop;
    this.listener = listener;
  }

  boolean free() {
    return !busy;
  }

  /** Sends one event; {@link #free()} must hold. */
  void publish(String channelName, String data) {
    busy = true;
    FullHttpRequest request = request(channelName, data);
    Channel kept = channel;
    if (kept != null && kept.isActive()) {
      kept.writeAndFlush(request, kept.voidPromise());
      return;
    }
    ChannelFuture made =
        sockets.connect(
            loop, 0, new HttpClientCodec(), new HttpObjectAggregator(MAX_ANSWER), new Answers());
    channel = made.channel();
    made.addListener(connected -> onConnected(made, request));
  }

  private void onConnected(ChannelFuture made, FullHttpRequest request) {
    if (made.isSuccess()) {
      made.channel().writeAndFlush(request, made.channel().voidPromise());
    } else {
      request.release();
      listener.onFailure(HttpWords.of(made.cause()));
    }
  }

  private FullHttpRequest request(String channelName, String data) {
    URI url = Plan.url(publish.url(), channelName);
    String body = publish.body().replace(Plan.CHANNEL, channelName).replace(Plan.DATA, data);
    ByteBuf bytes = Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8));
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.POST, HttpWords.target(url), bytes);
    request.headers().set(HttpHeaderNames.HOST, sockets.authority());
    request.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/plain");
    request.headers().set(HttpHeaderNames.CONTENT_LENGTH, bytes.readableBytes());
    publish.headers().forEach(request.headers()::set);
    return request;
  }

  /** Answers, and the end of the connection. */
  private final class Answers extends SimpleChannelInboundHandler<FullHttpResponse> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
      if (answer.status().codeClass() != HttpStatusClass.SUCCESS) {
        listener.onFailure("an event was refused: " + HttpWords.of(answer));
        return;
      }
      if (!HttpUtil.isKeepAlive(answer)) {
        channel = null;
        context.close();
      }
      busy = false;
      listener.onFree();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (context.channel() == channel && busy) {
        listener.onFailure("the connection was closed before an event was answered");
      }
      context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (context.channel() == channel) {
        listener.onFailure(HttpWords.of(cause));
      }
      context.close();
    }
  }
}
