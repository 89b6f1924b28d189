package io.sluice.transport;

import io.sluice.http.Connections;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each stream, socket or held poll that has ended. */
final class AccessLog {

  /** Channels that a line names; beyond it their number has to do. */
  private static final int NAMED_CHANNELS = 3;

  private static final Logger LOG = LoggerFactory.getLogger("io.sluice.access");

  private AccessLog() {}

  /**
   * How it went.
   *
   * @param begin where it began: a cursor, or {@code rewind:} and how many events; empty for the
   *     head, and if it never got to begin
   * @param reason why it ended: the slug of a close reason or problem, or {@code answered}
   * @param bytes written, the head included
   * @param durationMs from the take-in to the end
   */
  record Ending(String begin, String reason, long bytes, long durationMs) {}

  static void write(Connections.Connection connection, Ending ending) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    StringBuilder line =
        new StringBuilder(256)
            .append("connection=")
            .append(connection.id())
            .append(" transport=")
            .append(connection.transport().word())
            .append(" remote=")
            .append(connection.remote());
    channels(line, connection.channels());
    line.append(" start=")
        .append(text(ending.begin))
        .append(" end=")
        .append(text(connection.cursor()))
        .append(" events=")
        .append(connection.events())
        .append(" bytes=")
        .append(ending.bytes)
        .append(" ms=")
        .append(ending.durationMs)
        .append(" reason=")
        .append(ending.reason);
    LOG.info(line.toString());
  }

  private static void channels(StringBuilder line, Collection<String> channels) {
    line.append(" channels=").append(channels.size());
    if (channels.size() <= NAMED_CHANNELS) {
      for (String channel : channels) {
        line.append(" channel=").append(quoted(channel));
      }
    }
  }

  private static String text(String cursor) {
    return cursor.isEmpty() ? "-" : cursor;
  }

  /** One word as it is, anything else in quotes with escapes as in JSON. */
  private static String quoted(String name) {
    boolean plain =
        name.codePoints()
            .allMatch(c -> c > ' ' && c != '"' && c != '\\' && c != '=' && !isHidden(c));
    if (plain) {
      return name;
    }
    StringBuilder quoted = new StringBuilder(name.length() + 16).append('"');
    name.codePoints().forEach(c -> escape(quoted, c));
    return quoted.append('"').toString();
  }

  private static void escape(StringBuilder to, int c) {
    if (c == '"' || c == '\\') {
      to.append('\\').append((char) c);
    } else if (isHidden(c)) {
      for (char unit : Character.toChars(c)) {
        to.append(String.format("\\u%04x", (int) unit));
      }
    } else {
      to.appendCodePoint(c);
    }
  }

  /** What would break the line, or change how the rest of it is shown, without being seen. */
  private static boolean isHidden(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          true;
      default -> false;
    };
  }
}
