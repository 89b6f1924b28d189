package io.sluice.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Writes log lines from a thread of its own, so that a slow disk or terminal never holds up an
 * event loop. What does not fit into the queue, or cannot be written, is dropped, counted, and told
 * in the log itself. Nothing ends the thread before {@link #stop}, no lack of memory either.
 */
final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {

  private static final int LINES = 8192;

  private final BlockingQueue<ILoggingEvent> lines = new ArrayBlockingQueue<>(LINES);
  private final AtomicLong dropped = new AtomicLong();
  private final Encoder<ILoggingEvent> encoder;
  private final OutputStream out;
  private final Thread writer = new Thread(this::write, "sluice-log");
  private volatile boolean closing;

  /** Of the lines dropped, those that the log has told. Touched by the writer alone. */
  private long told;

  LogQueue(Encoder<ILoggingEvent> encoder, OutputStream out) {
    this.encoder = encoder;
    this.out = out;
    writer.setDaemon(true);
  }

  /** Lines dropped since the start. */
  long dropped() {
    return dropped.get();
  }

  @Override
  public void start() {
    encoder.start();
    super.start();
    writer.start();
  }

  @Override
  protected void append(ILoggingEvent event) {
    try {
      event.prepareForDeferredProcessing();
      if (!lines.offer(event)) {
        dropped.incrementAndGet();
      }
    } catch (OutOfMemoryError lost) { // whoever logs must not fail by it
      dropped.incrementAndGet();
    }
  }

  /** Writes what is waiting, for at most two seconds. */
  @Override
  public void stop() {
    super.stop();
    closing = true;
    try {
      writer.join(2_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    boolean more = true;
    while (more) {
      try {
        more = writeNext();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (Throwable lost) { // the next line may find memory again, or room on the disk
        dropped.incrementAndGet();
      }
    }
  }

  /** Writes a line; false when it is over. */
  private boolean writeNext() throws IOException, InterruptedException {
    ILoggingEvent line = next();
    if (line == null) {
      return false;
    }
    out.write(encoder.encode(line));
    if (lines.isEmpty()) {
      tellDropped();
      out.flush();
    }
    return true;
  }

  private void tellDropped() throws IOException {
    long now = dropped.get();
    if (now > told) {
      String notice =
          "sluice: %d log lines dropped: what takes the log is too slow or failed, or memory ran out%n"
              .formatted(now - told);
      told = now;
      out.write(notice.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** The next line, or null when it is over. */
  private @Nullable ILoggingEvent next() throws InterruptedException {
    while (true) {
      ILoggingEvent line = lines.poll(100, TimeUnit.MILLISECONDS);
      if (line != null) {
        return line;
      }
      if (closing) {
        return null;
      }
    }
  }
}
