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
 * event loop. What does not fit into the queue is dropped, counted, and told in the log itself.
 */
final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {

  private static final int LINES = 8192;

  private final BlockingQueue<ILoggingEvent> lines = new ArrayBlockingQueue<>(LINES);
  private final AtomicLong dropped = new AtomicLong();
  private final Encoder<ILoggingEvent> encoder;
  private final OutputStream out;
  private final Thread writer = new Thread(this::write, "sluice-log");
  private volatile boolean closing;

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
    event.prepareForDeferredProcessing();
    if (!lines.offer(event)) {
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
    long told = 0;
    try {
      while (true) {
        ILoggingEvent line = next();
        if (line == null) {
          return;
        }
        out.write(encoder.encode(line));
        long now = dropped.get();
        if (now > told && lines.isEmpty()) {
          String notice =
              "sluice: %d log lines dropped: what reads the log is too slow%n"
                  .formatted(now - told);
          out.write(notice.getBytes(StandardCharsets.UTF_8));
          told = now;
        }
        if (lines.isEmpty()) {
          out.flush();
        }
      }
    } catch (IOException e) {
      addError("the log cannot be written", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
