package io.sluice.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import ch.qos.logback.core.util.CachingDateFormatter;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;

/**
 * A log event as a line of text: time in UTC, level, the last part of the logger's name, message.
 * Line ends within a message do not look like lines of their own.
 *
 * <p>The same by Logback's pattern costs three times as much, because of the expression that
 * replaces line ends; each request through the reverse proxy is a line. One thread encodes.
 */
final class TextLine extends EncoderBase<ILoggingEvent> {

  private static final int LEVEL_WIDTH = 5;
  private static final int LOGGER_WIDTH = 10;
  private static final byte[] NOTHING = {};

  private final CachingDateFormatter times =
      new CachingDateFormatter("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", ZoneOffset.UTC);
  private final StringBuilder line = new StringBuilder(256);

  @Override
  public byte[] encode(ILoggingEvent event) {
    line.setLength(0);
    line.append(times.format(event.getTimeStamp())).append(' ');
    padded(event.getLevel().toString(), LEVEL_WIDTH);
    String logger = event.getLoggerName();
    padded(logger.substring(logger.lastIndexOf('.') + 1), LOGGER_WIDTH);
    message(event.getFormattedMessage());
    line.append(System.lineSeparator());
    if (event.getThrowableProxy() != null) {
      line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return line.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void padded(String text, int width) {
    line.append(text);
    for (int i = text.length(); i < width; i++) {
      line.append(' ');
    }
    line.append(' ');
  }

  /** Any number of line ends in a row is one blank. */
  private void message(String text) {
    if (text.indexOf('\n') < 0 && text.indexOf('\r') < 0) {
      line.append(text);
      return;
    }
    boolean ended = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean end = c == '\n' || c == '\r';
      if (!end) {
        line.append(c);
      } else if (!ended) {
        line.append(' ');
      }
      ended = end;
    }
  }

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }
}
