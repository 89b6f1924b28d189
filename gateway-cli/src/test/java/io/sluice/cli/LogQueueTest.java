package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LogQueueTest {

  private final LoggerContext context = new LoggerContext();

  @Test
  void writesEveryLineBeforeItStops() {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    LogQueue queue = queue(written);
    for (int i = 0; i < 1000; i++) {
      queue.doAppend(event("line " + i));
    }
    queue.stop();
    assertThat(written.toString(StandardCharsets.UTF_8)).hasLineCount(1000).endsWith("line 999\n");
    assertThat(queue.dropped()).isZero();
  }

  @Test
  void neverWaitsForASlowReaderAndTellsWhatWasDropped() {
    CountDownLatch stuck = new CountDownLatch(1);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    LogQueue queue = queue(new Stuck(written, stuck));
    for (int i = 0; i < 20_000; i++) {
      queue.doAppend(event("line " + i));
    }
    long dropped = queue.dropped();
    stuck.countDown();
    queue.stop();
    assertThat(dropped).isBetween(11_000L, 12_000L);
    assertThat(written.toString(StandardCharsets.UTF_8))
        .contains("sluice: " + dropped + " log lines dropped");
  }

  @Test
  void goesOnAfterAnyFailureAndCountsWhatWasLost() {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    LogQueue queue = queue(new Failing(written));
    long lost = 0;
    for (String failure : List.of("no memory", "full disk", "defect")) {
      queue.doAppend(event(failure));
      lost++;
      awaitDropped(queue, lost);
    }
    queue.doAppend(event("line"));
    queue.stop();
    assertThat(queue.dropped()).isEqualTo(3);
    assertThat(written.toString(StandardCharsets.UTF_8))
        .startsWith("line\n")
        .contains("sluice: 3 log lines dropped");
  }

  private static void awaitDropped(LogQueue queue, long count) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (queue.dropped() < count && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(queue.dropped()).isEqualTo(count);
  }

  /** Takes no line that names a failure. */
  private static final class Failing extends OutputStream {
    private final OutputStream to;

    Failing(OutputStream to) {
      this.to = to;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b});
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      String text = new String(bytes, from, length, StandardCharsets.UTF_8);
      if (text.startsWith("no memory")) {
        throw new OutOfMemoryError("Java heap space");
      }
      if (text.startsWith("full disk")) {
        throw new IOException("No space left on device");
      }
      if (text.startsWith("defect")) {
        throw new IllegalStateException("a defect");
      }
      to.write(bytes, from, length);
    }
  }

  private LogQueue queue(OutputStream out) {
    context.setMDCAdapter(new LogbackMDCAdapter());
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%msg%n");
    LogQueue queue = new LogQueue(encoder, out);
    queue.setContext(context);
    queue.start();
    return queue;
  }

  private LoggingEvent event(String message) {
    return new LoggingEvent(
        "", context.getLogger("test"), Level.INFO, message, null, new Object[0]);
  }

  /** A terminal that takes nothing until it is let go. */
  private static final class Stuck extends OutputStream {
    private final OutputStream to;
    private final CountDownLatch until;

    Stuck(OutputStream to, CountDownLatch until) {
      this.to = to;
      this.until = until;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b});
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        until.await();
      } catch (InterruptedException e) {
        throw new UncheckedIOException(new IOException(e));
      }
      to.write(bytes, from, length);
    }
  }
}
