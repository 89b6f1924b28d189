package io.sluice.http.guard;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/** Whether a socket still takes what is written to it. Looked at now and then, on its loop. */
final class Outflow {

  private @Nullable Object next;
  private long taken;
  private long sinceMs;

  /**
   * For how long the socket has taken not one byte of what waits for it, as far as earlier looks
   * can tell; 0 if nothing waits. What was written meanwhile does not count.
   */
  long stoppedMs(Channel channel, long nowMs) {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    Object waiting = buffer == null ? null : buffer.current();
    long progress = buffer == null ? 0 : buffer.currentProgress();
    if (waiting == null || waiting != next || progress != taken) {
      next = waiting;
      taken = progress;
      sinceMs = nowMs;
    }
    return nowMs - sinceMs;
  }
}
