package io.sluice.channel.log;

import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.History;
import io.sluice.channel.Position;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What one append to a full log costs, and a page read from its middle. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LogBenchmark {

  private static final int EVENTS_PER_MS = 100;

  /** Events that the history holds. */
  @Param({"1000", "100000"})
  int history;

  /** Events in a page. */
  @Param({"1", "100"})
  int page;

  private final byte[] data = "x".repeat(100).getBytes(StandardCharsets.UTF_8);
  private ChannelLog log;
  private Broker.Page pageSize;
  private long offset;

  @Setup(Level.Iteration)
  public void fill() {
    log =
        new ChannelLog(
            "room",
            7,
            new ChannelLog.Bounds(
                new History(history, Long.MAX_VALUE, Long.MAX_VALUE / 2),
                new Floor(256 << 10, 2_000),
                0,
                () -> {},
                () -> {}));
    pageSize = new Broker.Page(page, 1 << 20);
    offset = 0;
    for (int i = 0; i < history + 10_000; i++) {
      append();
    }
  }

  /** One event in, the oldest out; the clock goes on, so that the floor empties as well. */
  @Benchmark
  public int append() {
    long next = ++offset;
    return log.append(
        new Event(next, (int) next, null, null, Event.Kind.TEXT, data, next), next / EVENTS_PER_MS);
  }

  /** A page for a reader that is half of the history behind. */
  @Benchmark
  public Broker.Slice read() {
    long behind = offset - history / 2;
    return log.read(new Position(7, behind, (int) behind), pageSize);
  }
}
