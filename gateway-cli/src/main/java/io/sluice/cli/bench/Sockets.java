package io.sluice.cli.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;

/** Connections to one server, plain or TLS. */
final class Sockets {

  /** Connections from one address of this machine to one port: well below the ports there are. */
  private static final int OF_ONE_ADDRESS = 20_000;

  private static final int CONNECT_TIMEOUT_MS = 20_000;

  private final String host;
  private final int port;
  private final InetSocketAddress address;
  private final boolean manySources;
  private final SslContext tls;
  private final boolean secure;

  /**
   * @param connections how many there will be at most
   * @throws UnknownHostException if the host is not known
   */
  Sockets(URI uri, int connections) throws UnknownHostException, SSLException {
    this.host = uri.getHost();
    this.secure = "https".equals(uri.getScheme());
    int standard = secure ? 443 : 80;
    this.port = uri.getPort() < 0 ? standard : uri.getPort();
    InetAddress resolved = InetAddress.getByName(host);
    this.address = new InetSocketAddress(resolved, port);
    this.manySources =
        resolved.isLoopbackAddress()
            && resolved.getAddress().length == 4
            && connections > OF_ONE_ADDRESS;
    this.tls = SslContextBuilder.forClient().build();
  }

  /** Event loops on the best transport of this machine. */
  static MultiThreadIoEventLoopGroup loops(int threads) {
    IoHandlerFactory factory =
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    return new MultiThreadIoEventLoopGroup(threads, factory);
  }

  /** Connects on one loop; the handlers stand behind TLS. */
  ChannelFuture connect(EventLoop loop, int number, ChannelHandler... handlers) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
            .handler(new Start(handlers));
    if (manySources && Epoll.isAvailable()) {
      bootstrap
          .option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true)
          .localAddress(new InetSocketAddress(source(number / OF_ONE_ADDRESS), 0));
    }
    return bootstrap.connect(address);
  }

  /** The host and port of a request's {@code Host}. */
  String authority() {
    return host + ":" + port;
  }

  // Every address of 127.0.0.0/8 is this machine (RFC 1122 §3.2.1.3).
  private static String source(int index) {
    return "127.0." + (index / 250) + "." + (1 + index % 250);
  }

  /** What a new connection gets. */
  private final class Start extends ChannelInitializer<SocketChannel> {
    private final ChannelHandler[] handlers;

    Start(ChannelHandler[] handlers) {
      this.handlers = handlers;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
      if (secure) {
        channel.pipeline().addLast(tls.newHandler(channel.alloc(), host, port));
      }
      channel.pipeline().addLast(handlers);
    }
  }
}
