package io.sluice.http;

import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** Our end of a connection whose other side may still be sending. */
public final class OutputEnd {

  private OutputEnd() {}

  /**
   * Says that nothing comes any more, after what was written; what the client sends is read on.
   * Under TLS the client is told by close_notify first (RFC 8446 §6.1): the end is no truncation.
   * Fails if the connection is gone.
   */
  public static ChannelFuture tell(DuplexChannel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      return channel.shutdownOutput();
    }
    var told = channel.newPromise();
    tls.closeOutbound().addListener(said -> channel.shutdownOutput(told));
    return told;
  }
}
