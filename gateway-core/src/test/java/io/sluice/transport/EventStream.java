package io.sluice.transport;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** An event stream as a browser reads it, line for line after HTML §9.2.6. For tests. */
@NullMarked
final class EventStream {

  private final List<Message> messages = new ArrayList<>();
  private final StringBuilder data = new StringBuilder();
  private String event = "";
  private String lastId = "";
  private String retry = "";

  /** What a page hears. */
  record Message(String event, String data, String lastEventId) {}

  private EventStream() {}

  /** Reads a whole stream; a block without its blank line at the end is dropped. */
  static EventStream of(String text) {
    EventStream stream = new EventStream();
    String rest = text.startsWith("\uFEFF") ? text.substring(1) : text;
    while (!rest.isEmpty()) {
      int end = lineEnd(rest);
      if (end < 0) {
        break;
      }
      stream.line(rest.substring(0, end));
      rest = rest.substring(end + (rest.startsWith("\r\n", end) ? 2 : 1));
    }
    return stream;
  }

  private static int lineEnd(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '\n' || text.charAt(i) == '\r') {
        return i;
      }
    }
    return -1;
  }

  List<Message> messages() {
    return messages;
  }

  String lastId() {
    return lastId;
  }

  String retry() {
    return retry;
  }

  private void line(String line) {
    if (line.isEmpty()) {
      dispatch();
    } else if (line.charAt(0) != ':') {
      int colon = line.indexOf(':');
      String field = colon < 0 ? line : line.substring(0, colon);
      String value = colon < 0 ? "" : line.substring(colon + 1);
      field(field, value.startsWith(" ") ? value.substring(1) : value);
    }
  }

  private void field(String field, String value) {
    switch (field) {
      case "event" -> event = value;
      case "data" -> data.append(value).append('\n');
      case "id" -> lastId = value.indexOf('\0') < 0 ? value : lastId;
      case "retry" -> retry = value.matches("[0-9]+") ? value : retry;
      default -> {} // HTML: "the field is ignored"
    }
  }

  private void dispatch() {
    if (data.length() > 0) {
      data.setLength(data.length() - 1);
      messages.add(new Message(event.isEmpty() ? "message" : event, data.toString(), lastId));
    }
    data.setLength(0);
    event = "";
  }
}
