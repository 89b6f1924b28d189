package io.sluice.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.sluice.channel.hub.Frames;
import io.sluice.http.OutputEnd;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection after it was taken from Vert.x ({@link Takeover}): bytes in, bytes out,
 * nothing between but TLS. A shared buffer written here reaches the socket without being copied,
 * wrapped or queued.
 *
 * <p>Everything is called on the channel's event loop, outside of any Vert.x context.
 */
final class NettyConnection extends ChannelInboundHandlerAdapter
    implements Heartbeat.Peer, Presence.Peer {

  /** The name of this handler on the pipeline. */
  static final String NAME = "sluice";

  /** How long the peer has to close after {@link #finish}, in milliseconds. */
  static final int LINGER_MS = 3000;

  private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);

  /** Low, so that a client that stopped reading holds little. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(16 << 10, 32 << 10);

  /** What Netty counts for an entry of its outbound buffer, beside the bytes. */
  private static final int ENTRY_OVERHEAD_BYTES =
      Integer.getInteger("io.netty.transport.outboundBufferEntrySizeOverhead", 96);

  private final Channel channel;
  private final boolean chunked;

  /** The socket, while shared bytes may be given to it past the pipeline; see {@link #send}. */
  private @Nullable Socket direct;

  private @Nullable ChannelHandlerContext context;
  private @Nullable Listener listener;
  private @Nullable ByteBuf early;
  private @Nullable SentBytes sent;
  private long bytesWritten;
  private int writes;

  /** Whether bytes were written by the pipeline since nothing was known to wait there. */
  private boolean queued;

  private boolean requestEnded;
  private boolean finishing;
  private boolean closed;
  private boolean announcing;

  /** Hears what happens to a connection. Every call comes on its event loop. */
  interface Listener {
    /** Bytes came; whoever gets them releases them. Not called after {@link #finish}. */
    void onBytes(ByteBuf bytes);

    /** Bytes wait for the socket. Comes after every flush that leaves some. */
    default void onWaiting() {}

    /** The connection takes bytes again after it did not. */
    void onWritable();

    /** It is closed, by whomever. Comes once. */
    void onClosed();
  }

  NettyConnection(Channel channel, boolean chunked) {
    this.channel = channel;
    this.chunked = chunked;
    this.closed = !channel.isActive();
  }

  /** Puts a connection on a bare channel. For tests. */
  static NettyConnection on(Channel channel) {
    NettyConnection connection = new NettyConnection(channel, false);
    channel.pipeline().addLast(NAME, connection);
    connection.configure();
    return connection;
  }

  /**
   * Sets the listener and hands over the bytes that came in between. The head is still to be
   * flushed: a client that has seen it may rely on what its stream is then ready for. If the
   * connection is closed already, {@link Listener#onClosed} is called before this returns.
   */
  void start(Listener listener) {
    this.listener = listener;
    ByteBuf kept = early;
    early = null;
    if (kept != null) {
      receive(kept);
    }
    tellIfWaiting();
    if (closed) {
      listener.onClosed();
    }
  }

  /** Whether the body is in chunked coding, so that every write is a chunk. */
  boolean isChunked() {
    return chunked;
  }

  /** Writes without flushing; takes the bytes over, also when the connection is gone. */
  void write(ByteBuf bytes) {
    ChannelHandlerContext to = context;
    if (closed || finishing || to == null) {
      bytes.release();
      return;
    }
    bytesWritten += bytes.readableBytes();
    writes++;
    queued = true;
    to.write(bytes, channel.voidPromise());
  }

  /**
   * Sends what was written and, after it, shared bytes from an event on. Where the pipeline would
   * only pass them on and nothing waits before them, the kernel reads them where they are: a
   * delivery is one system call and leaves nothing to be collected. What it does not take waits as
   * after {@link #write}.
   */
  void send(Frames frames, int from) {
    Socket socket = direct;
    if (socket == null || frames.address() == 0 || isQueued() || !socket.isOpen()) {
      write(frames.from(from));
      flush();
      return;
    }
    int begin = frames.begin(from);
    int left = frames.end() - begin;
    int sent = 0;
    try {
      sent = socket.sendAddress(frames.address(), begin, frames.end());
    } catch (IOException gone) {
      channel.close(); // as Netty does after a failed write
      return;
    }
    bytesWritten += sent;
    if (sent < left) {
      write(frames.bytes().retainedSlice(begin + sent, left - sent));
      flush();
    }
  }

  /** Whether bytes wait in the pipeline. */
  private boolean isQueued() {
    if (queued) {
      ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
      queued = buffer == null || buffer.totalPendingWriteBytes() > 0;
    }
    return queued;
  }

  /** Sends what was written. */
  void flush() {
    ChannelHandlerContext to = context;
    if (!closed && to != null) {
      to.flush();
      tellIfWaiting();
    }
  }

  private void tellIfWaiting() {
    if (listener != null && isQueued()) {
      listener.onWaiting();
    }
  }

  /** Whether the connection takes bytes: less is waiting than the high water mark. */
  @Override
  public boolean isWritable() {
    return !closed && !finishing && (!queued || channel.isWritable());
  }

  /** Whether it is closed or about to be. */
  boolean isDone() {
    return closed || finishing;
  }

  /** Reads on, or leaves what comes in the socket. A close may then be noticed only later. */
  void reading(boolean on) {
    channel.config().setAutoRead(on);
  }

  /** Bytes written since the take-over, the head included. */
  @Override
  public long bytesWritten() {
    return bytesWritten;
  }

  /** Bytes that wait for the socket, with what Netty counts for each write. */
  @Override
  public long bytesPending() {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  /**
   * Whether what is written is copied, by TLS, so that a shared buffer is let go of at the flush.
   */
  boolean copies() {
    return sent != null;
  }

  /**
   * A number that grows when the socket takes bytes. While it takes none the number stays the same,
   * whatever is written meanwhile; it means nothing else.
   */
  @Override
  public long progress() {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    SentBytes beneath = sent;
    long handedOver =
        beneath == null
            ? bytesWritten + (long) writes * ENTRY_OVERHEAD_BYTES
            : beneath.bytes() + beneath.writes() * ENTRY_OVERHEAD_BYTES;
    return buffer == null
        ? handedOver
        : handedOver - buffer.totalPendingWriteBytes() + buffer.currentProgress();
  }

  /**
   * Whether the peer has acknowledged nothing for at least so long although something is in flight
   * that TCP has sent again already (BEAT-3): what was sent a moment ago after a silence is in
   * flight too. A peer whose window is closed acknowledges the probes and has not vanished. Always
   * false where the platform does not tell.
   */
  @Override
  public boolean isVanished(long silentMs) {
    if (closed || !(channel instanceof EpollSocketChannel epoll)) {
      return false;
    }
    EpollTcpInfo info = epoll.tcpInfo();
    return info.unacked() > 0 && info.retransmits() > 0 && info.lastAckRecv() >= silentMs;
  }

  /** The client's address as {@code host:port}, or {@code unknown}. */
  @Override
  public String remote() {
    return channel.remoteAddress() instanceof InetSocketAddress address
        ? address.getHostString() + ":" + address.getPort()
        : "unknown";
  }

  /**
   * Sends the last bytes, then ends: our side of the connection is shut down when they are sent,
   * and the channel closes when the peer closes, at the latest {@link #LINGER_MS} from now. Closing
   * at once would make the kernel send a reset if unread bytes of the client had come, and the
   * client might never read the last bytes.
   */
  void finish(ByteBuf last) {
    ChannelHandlerContext to = context;
    if (closed || finishing || to == null) {
      last.release();
      return;
    }
    bytesWritten += last.readableBytes();
    finishing = true;
    direct = null;
    reading(true);
    var deadline = channel.eventLoop().schedule(this::abort, LINGER_MS, TimeUnit.MILLISECONDS);
    channel.closeFuture().addListener(closing -> deadline.cancel(false));
    to.writeAndFlush(last)
        .addListener(
            sent -> {
              if (sent.isSuccess() && channel instanceof DuplexChannel duplex) {
                OutputEnd.tell(duplex).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
              } else {
                channel.close();
              }
            });
  }

  /** Closes at once; bytes that wait, in the kernel too, are dropped. */
  void abort() {
    if (channel.isActive()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    }
    if (sent == null) {
      channel.close();
    } else { // TLS would say goodbye first, and wait for a socket that takes nothing
      channel.unsafe().close(channel.unsafe().voidPromise());
    }
  }

  /** For tests. */
  Channel channel() {
    return channel;
  }

  /** Once it is on a pipeline where nothing stands between it and the socket but TLS. */
  void configure() {
    if (channel.pipeline().get(SslHandler.class) != null) {
      sent = new SentBytes();
      channel.pipeline().addFirst(SentBytes.class.getSimpleName(), sent);
    } else if (channel instanceof EpollSocketChannel epoll) {
      direct = (Socket) epoll.fd();
    }
    channel.config().setWriteBufferWaterMark(WATER_MARK);
    channel.config().setAutoRead(true);
  }

  /** Whether the end of a request has come by, after the take-over. */
  boolean hasSeenRequestEnd() {
    return requestEnded;
  }

  private void receive(ByteBuf bytes) {
    Listener to = listener;
    if (finishing || closed) {
      bytes.release();
    } else if (to != null) {
      to.onBytes(bytes);
    } else {
      early = early == null ? bytes : Unpooled.wrappedBuffer(early, bytes);
    }
  }

  private void announceWritable() {
    announcing = false;
    if (listener != null && isWritable()) {
      listener.onWritable();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    if (message instanceof ByteBuf bytes) {
      receive(bytes);
    } else { // of the request that was taken over, or of one after it
      requestEnded |= message instanceof LastHttpContent;
      ReferenceCountUtil.release(message);
    }
  }

  /** Netty tells this in the midst of a write or flush; the listener hears it after those. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext from) {
    if (!announcing && channel.isWritable()) {
      announcing = true;
      channel.eventLoop().execute(this::announceWritable);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    if (closed) {
      return;
    }
    closed = true;
    direct = null;
    ReferenceCountUtil.release(early);
    early = null;
    if (listener != null) {
      listener.onClosed();
    }
  }

  /**
   * TLS tells the peer's goodbye here, which is its leaving as the end of its output is in the
   * clear: it may wait for ours (RFC 8446 §6.1). Vert.x announces its shutdown; whoever shuts down
   * has ended the streams before.
   */
  @Override
  public void userEventTriggered(ChannelHandlerContext from, Object event) {
    if (event == SslCloseCompletionEvent.SUCCESS && !finishing) {
      from.close();
    }
    ReferenceCountUtil.release(event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.warn("connection fails remote={} cause={}", remote(), cause.toString(), cause);
    }
    from.close();
  }
}
