package io.sluice.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.sluice.config.Transport;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From the append of an event to the socket of each reader, on an event loop of epoll. */
class HotPathIT {

  private static final int FEW = 20;
  private static final int MANY = 220;
  private static final int WARM = 6_000;
  private static final int EVENTS = 500;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
  private final BlockingQueue<Channel> accepted = new LinkedBlockingQueue<>();
  private final List<Channel> channels = new ArrayList<>();
  private final List<Socket> clients = new ArrayList<>();
  private final WebSocketBed bed = new WebSocketBed();
  private final Channel server =
      new ServerBootstrap()
          .group(group)
          .channel(EpollServerSocketChannel.class)
          .childHandler(
              new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                  channel.pipeline().addLast(new Introduction());
                }
              })
          .bind(InetAddress.getLoopbackAddress(), 0)
          .syncUninterruptibly()
          .channel();

  /** Hands the channel over once it is active. */
  private final class Introduction extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      context.pipeline().remove(this);
      accepted.add(context.channel());
    }
  }

  @AfterEach
  void close() throws Exception {
    for (Channel channel : channels) {
      channel.close().get(10, TimeUnit.SECONDS);
    }
    onLoop(
        () -> {
          bed.settle(); // the last reader leaves, and with it what was kept at hand
          return 0;
        });
    for (Socket client : clients) {
      client.close();
    }
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).get(10, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"WEBSOCKET", "SSE"})
  void aDeliveryLeavesNothingToBeCollected(Transport transport) throws Exception {
    open(transport, FEW);
    onLoop(() -> publish(WARM));
    long few = onLoop(() -> allocatedBy(EVENTS));
    open(transport, MANY - FEW);
    onLoop(() -> publish(WARM / 10));
    long many = onLoop(() -> allocatedBy(EVENTS));

    // What an event itself costs is the same in both; half a byte is far below any object.
    double perDelivery = (double) (many - few) / EVENTS / (MANY - FEW);
    assertThat(perDelivery).as("bytes for a delivery").isLessThan(0.5);
  }

  @Test
  void whatTheKernelDoesNotTakeWaitsAndComesInOrder() throws Exception {
    open(Transport.WEBSOCKET, 1);
    int events = 4_000;
    String data = "x".repeat(1_000);
    onLoop(
        () -> {
          for (int i = 0; i < events; i++) {
            bed.publish(WebSocketBed.ROOM, data + i);
          }
          return 0;
        });

    // The history keeps five events: the socket was full long before, and the rest is a gap.
    byte[] got = new byte[1 << 16];
    int next = 0;
    StringBuilder text = new StringBuilder();
    clients.get(0).setSoTimeout(3_000);
    try {
      for (int n = read(got); n > 0; n = read(got)) {
        text.append(new String(got, 0, n, ISO_8859_1));
        onLoop(
            () -> {
              bed.settle();
              return 0;
            });
      }
    } catch (SocketTimeoutException drained) {
      // all there is
    }
    for (String part : text.toString().split(data, -1)) {
      String number = part.replaceAll("\\D.*", "");
      if (!number.isEmpty()) {
        assertThat(Integer.parseInt(number)).isEqualTo(next++);
      }
    }
    assertThat(next).isGreaterThan(1_000);
  }

  private int read(byte[] into) throws Exception {
    return clients.get(0).getInputStream().read(into);
  }

  private void open(Transport transport, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      InetSocketAddress address = (InetSocketAddress) server.localAddress();
      clients.add(new Socket(address.getAddress(), address.getPort()));
      Channel channel = accepted.poll(10, TimeUnit.SECONDS);
      channels.add(channel);
      onLoop(
          () -> {
            start(transport, NettyConnection.on(channel));
            bed.settle();
            return 0;
          });
    }
  }

  private void start(Transport transport, NettyConnection connection) {
    bed.admission.enter();
    List<SubscribeRequest.Asked> channels = List.of(WebSocketBed.head(WebSocketBed.ROOM));
    if (transport == Transport.SSE) {
      SubscribeRequest request =
          new SubscribeRequest(Transport.SSE, channels, false, false, false, 1, 0);
      SseStream stream =
          new SseStream(bed.transport.loop(), connection, WebSocketBed.route(), request);
      bed.loops.on(0, stream::start);
    } else {
      WebSocketTransport.Opening opening =
          new WebSocketTransport.Opening(WebSocketBed.route(), WebSocketBed.ROOM, channels, false);
      WebSocketStream stream =
          new WebSocketStream(bed.transport, connection, WebSocketMode.PLAIN, opening);
      bed.loops.on(0, () -> stream.start(channels));
    }
  }

  private long publish(int events) {
    for (int i = 0; i < events; i++) {
      bed.publish(WebSocketBed.ROOM, "x");
    }
    return events;
  }

  private long allocatedBy(int events) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    publish(events);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private <T> T onLoop(Callable<T> task) throws Exception {
    return group.next().submit(task).get(120, TimeUnit.SECONDS);
  }
}
