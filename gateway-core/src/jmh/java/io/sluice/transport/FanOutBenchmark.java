package io.sluice.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import io.sluice.channel.Event;
import io.sluice.config.Transport;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One publish to 1,000 readers on one loop: append, encode, and the way of the bytes up to a
 * connection that swallows them. Divided by the readers, so the score is nanoseconds for a delivery
 * without the kernel's part.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FanOutBenchmark {

  static final int READERS = 1_000;

  @Param({"WEBSOCKET", "SSE"})
  Transport transport;

  private final String data = "x".repeat(100);
  private WebSocketBed bed;

  @Setup
  public void connect() {
    bed = new WebSocketBed();
    for (int i = 0; i < READERS; i++) {
      open(NettyConnection.on(new EmbeddedChannel(new Swallow())));
    }
    bed.settle();
  }

  private void open(NettyConnection connection) {
    bed.admission.enter();
    List<SubscribeRequest.Asked> channels = List.of(WebSocketBed.head(WebSocketBed.ROOM));
    if (transport == Transport.SSE) {
      SubscribeRequest request =
          new SubscribeRequest(Transport.SSE, channels, false, false, false, 1, 0);
      SseStream stream =
          new SseStream(bed.transport.loop(), connection, WebSocketBed.route(), request);
      bed.loops.on(0, stream::start);
      return;
    }
    WebSocketTransport.Opening opening =
        new WebSocketTransport.Opening(WebSocketBed.route(), WebSocketBed.ROOM, channels, false);
    WebSocketStream stream =
        new WebSocketStream(bed.transport, connection, WebSocketMode.PLAIN, opening);
    bed.loops.on(0, () -> stream.start(channels));
  }

  @Benchmark
  @OperationsPerInvocation(READERS)
  public Object publish() {
    return bed.publish(WebSocketBed.ROOM, Event.Kind.TEXT, data);
  }

  /** A socket that takes everything at once. */
  private static final class Swallow extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      ReferenceCountUtil.release(message);
      promise.trySuccess();
    }

    @Override
    public void flush(ChannelHandlerContext context) {}
  }
}
