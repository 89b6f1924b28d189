package io.sluice.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.sluice.channel.Batch;
import io.sluice.channel.Event;
import io.sluice.channel.Position;
import io.sluice.channel.hub.Frames;
import io.sluice.channel.hub.WireFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What it costs to turn a batch into the bytes that all readers of a format share. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FrameBenchmark {

  /** The wire formats, by what clients ask for. */
  public enum Wire {
    WEBSOCKET(WebSocketFormat.PLAIN),
    WEBSOCKET_JSON(WebSocketFormat.JSON),
    SSE(SseFormat.PLAIN),
    SSE_JSON(SseFormat.JSON),
    SSE_SEVERAL_CHANNELS(SseFormat.SHARED),
    POLL(PollFormat.INSTANCE);

    private final WireFormat format;

    Wire(WireFormat format) {
      this.format = format;
    }
  }

  @Param Wire wire;

  /** Events in the batch. */
  @Param({"1", "8"})
  int events;

  private final ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
  private Batch batch;

  @Setup
  public void fill() {
    byte[] data = "{\"say\":\"hello\"}".repeat(7).getBytes(StandardCharsets.UTF_8);
    List<Event> run = new ArrayList<>();
    for (int i = 1; i <= events; i++) {
      run.add(new Event(i, i, null, null, Event.Kind.TEXT, data, 1_700_000_000_000L));
    }
    batch = new Batch("room", Position.start(7), run);
  }

  @Benchmark
  public int encode() {
    Frames frames = wire.format.encode(batch, allocator);
    int bytes = frames.bytes().readableBytes();
    frames.bytes().release();
    return bytes;
  }
}
