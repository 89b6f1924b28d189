package io.sluice.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes log lines from a thread of its own, so that a slow disk or terminal never holds up an
 * event loop. What does not fit into the queue, or cannot be written, is dropped, counted, and told
 * in the log itself. Nothing ends the thread before {@link #stop}, no lack of memory either.
 */
final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {

  private static final int LINES = 8192;

  /** Lines that one write takes. */
  private static final int BATCH_LINES = 256;

  /**
   * How long the first line after a silence waits for others: a busy loop then wakes the writer a
   * few hundred times a second, not once for each line.
   */
  private static final long GATHER_NS = TimeUnit.MILLISECONDS.toNanos(2);

  private static final int BATCH_BYTES = 32 << 10;

  private final BlockingQueue<ILoggingEvent> lines = new ArrayBlockingQueue<>(LINES);
  private final AtomicLong dropped = new AtomicLong();
  private final Encoder<ILoggingEvent> encoder;
  private final OutputStream out;
  private final List<ILoggingEvent> batch = new ArrayList<>(BATCH_LINES);
  private ByteArrayOutputStream bytes = new ByteArrayOutputStream(BATCH_BYTES);
  private final Thread writer = new Thread(this::write, "sluice-log");
  private volatile boolean closing;

  /** Lines taken from the queue that no write has taken yet. Touched by the writer alone. */
  private int unwritten;

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
        dropped.addAndGet(unwritten);
      }
    }
  }

  /** Writes some lines; false when it is over. */
  private boolean writeNext() throws IOException, InterruptedException {
    ILoggingEvent first = next();
    if (first == null) {
      return false;
    }
    batch.clear();
    batch.add(first);
    lines.drainTo(batch, BATCH_LINES - 1);
    unwritten = batch.size();
    if (bytes.size() > BATCH_BYTES) {
      bytes = new ByteArrayOutputStream(BATCH_BYTES); // a long line has made it large
    }
    bytes.reset();
    batch.forEach(this::encode);
    bytes.writeTo(out);
    unwritten = 0;
    if (lines.isEmpty()) {
      tellDropped();
      out.flush();
    }
    return true;
  }

  /** A line that fails takes no other with it. */
  private void encode(ILoggingEvent line) {
    try {
      bytes.writeBytes(encoder.encode(line));
    } catch (RuntimeException | OutOfMemoryError lost) {
      dropped.incrementAndGet();
      unwritten--;
    }
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
    ILoggingEvent line = lines.poll();
    while (line == null && !(closing && lines.isEmpty())) {
      line = lines.poll(100, TimeUnit.MILLISECONDS);
      if (line != null && !closing) {
        LockSupport.parkNanos(this, GATHER_NS);
      }
    }
    return line;
  }
}
