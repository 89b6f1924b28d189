package io.sluice.cli.bench;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Polls on one connection. It goes on from the {@code next} of a JSON answer, as Sluice has it, or
 * from {@code Last-Modified} and {@code ETag}, as others do.
 */
final class PollReader extends SimpleChannelInboundHandler<FullHttpResponse> {

  /**
   * How a reader polls.
   *
   * @param target path and query
   * @param headers of each request, with {@code Host}
   * @param pause before the next poll; zero for polls that wait at the server
   */
  record Manner(String target, Map<String, String> headers, Duration pause) {}

  private static final Pattern NEXT = Pattern.compile("\"next\":\"([^\"]*)\"");

  private final ReaderState state;
  private final Manner manner;
  private @Nullable String next;
  private @Nullable String modified;
  private @Nullable String tag;

  PollReader(ReaderState state, Manner manner) {
    this.state = state;
    this.manner = manner;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    ask(context);
    if (!manner.pause().isZero()) {
      context.fireChannelActive();
      return;
    }
    // The first answer of a poll that waits may be long in coming.
    context.executor().schedule(state::onReady, 1, TimeUnit.SECONDS);
    context.fireChannelActive();
  }

  private void ask(ChannelHandlerContext context) {
    String target = manner.target();
    if (next != null) {
      target += (target.indexOf('?') < 0 ? "?since=" : "&since=") + next;
    }
    FullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.GET, target, Unpooled.EMPTY_BUFFER);
    manner.headers().forEach(request.headers()::set);
    if (next == null && modified != null && tag != null) {
      request.headers().set(HttpHeaderNames.IF_MODIFIED_SINCE, modified);
      request.headers().set(HttpHeaderNames.IF_NONE_MATCH, tag);
    }
    context.writeAndFlush(request);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
    int status = answer.status().code();
    if (status != 200 && status != 204 && status != 304) {
      state.onRefused(HttpWords.of(answer));
      context.close();
      return;
    }
    remember(answer);
    state.onBytes(
        answer.content(), answer.content().readerIndex(), answer.content().readableBytes());
    state.onReady();
    if (manner.pause().isZero()) {
      ask(context);
    } else {
      context
          .executor()
          .schedule(() -> ask(context), manner.pause().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void remember(FullHttpResponse answer) {
    // It stands at the end, or early: one look either way.
    Matcher found = NEXT.matcher(answer.content().toString(StandardCharsets.UTF_8));
    if (found.find()) {
      next = found.group(1);
    }
    String when = answer.headers().get(HttpHeaderNames.LAST_MODIFIED);
    if (when != null) {
      modified = when;
      tag = answer.headers().get(HttpHeaderNames.ETAG);
    }
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
