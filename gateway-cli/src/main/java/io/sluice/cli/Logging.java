package io.sluice.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.Encoder;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.function.LongSupplier;
import org.slf4j.LoggerFactory;

/**
 * Sets Logback up in code: reading its XML would cost a tenth of the start-up. A file named by
 * {@code -Dlogback.configurationFile} goes before all of this.
 */
final class Logging {

  /** How a log line looks. */
  enum Form {
    TEXT,
    JSON;

    @Override
    public String toString() {
      return this == TEXT ? "text" : "json";
    }
  }

  private Logging() {}

  /** Starts to log to standard error; the number is that of the lines dropped so far. */
  static LongSupplier start(Form form, Level level) {
    if (System.getProperty("logback.configurationFile") != null) {
      return () -> 0;
    }
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    Encoder<ILoggingEvent> encoder = form == Form.JSON ? json(context) : text(context);
    LogQueue queue = new LogQueue(encoder, new FileOutputStream(FileDescriptor.err));
    queue.setContext(context);
    queue.setName("queue");
    Noise noise = new Noise();
    noise.start();
    queue.addFilter(noise);
    queue.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(queue);
    context.getLogger("io.sluice").setLevel(level);
    // Of each connection to a node that ends it writes a stack trace; that a node is gone is told.
    context.getLogger("com.hazelcast.internal.server.tcp").setLevel(Level.ERROR);
    // An address that cannot be had ends the start with one line.
    context.getLogger("com.hazelcast.instance.AddressPicker").setLevel(Level.OFF);
    return queue::dropped;
  }

  /** Writes what still waits. */
  static void stop() {
    ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
  }

  /** A line of text for each event. */
  static Encoder<ILoggingEvent> text(LoggerContext context) {
    TextLine encoder = new TextLine();
    encoder.setContext(context);
    return encoder;
  }

  private static Encoder<ILoggingEvent> json(LoggerContext context) {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setContext(context);
    encoder.setWithFormattedMessage(true);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    return encoder;
  }
}
