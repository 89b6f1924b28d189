package io.sluice.http.guard;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.sluice.http.OutputEnd;
import io.sluice.http.Problem;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The end of a connection whose client may still be sending (RFC 9112 §9.6): closing at once would
 * make the kernel send a reset if unread bytes had come, and the client might never read its
 * answer.
 */
final class Farewell {

  /** How long the client has to close, in milliseconds. */
  private static final int LINGER_MS = 1000;

  private Farewell() {}

  /**
   * Sends what is left and our end; closes when the client does, or a little later. A client that
   * reads slowly has the time that it needs for what is left ({@link Outflow}).
   *
   * @param untold a refusal to send first; null if the client has its answer
   * @param closed completes when the connection is closed
   */
  static void say(ChannelHandlerContext from, @Nullable Problem untold, ChannelPromise closed) {
    Channel channel = from.channel();
    ByteBuf last = untold == null ? Unpooled.EMPTY_BUFFER : answer(untold);
    if (!(channel instanceof DuplexChannel duplex)) {
      from.writeAndFlush(last).addListener(sent -> from.close(closed));
      return;
    }
    channel.config().setAutoRead(true);
    channel.closeFuture().addListener(gone -> closed.trySuccess());
    from.writeAndFlush(last)
        .addListener(
            sent -> {
              if (sent.isSuccess()) {
                OutputEnd.tell(duplex);
                linger(from);
              } else {
                from.close();
              }
            });
  }

  private static void linger(ChannelHandlerContext from) {
    var deadline = from.executor().schedule(() -> from.close(), LINGER_MS, TimeUnit.MILLISECONDS);
    from.channel().closeFuture().addListener(gone -> deadline.cancel(false));
  }

  private static ByteBuf answer(Problem problem) {
    String body = problem.json().encode();
    int status = problem.kind().status();
    String head =
        "HTTP/1.1 "
            + status
            + ' '
            + HttpResponseStatus.valueOf(status).reasonPhrase()
            + "\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\n"
            + "Connection: close\r\nContent-Length: "
            + ByteBufUtil.utf8Bytes(body)
            + "\r\n\r\n";
    return Unpooled.copiedBuffer(head + body, StandardCharsets.UTF_8);
  }
}
