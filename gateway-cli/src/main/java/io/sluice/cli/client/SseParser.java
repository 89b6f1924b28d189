package io.sluice.cli.client;

import org.jspecify.annotations.Nullable;

/** Turns the lines of an event stream into blocks (HTML §9.2.6). */
final class SseParser {

  private final StringBuilder data = new StringBuilder();
  private String event = "";
  private String lastId = "";
  private long retryMs = -1;

  /** One dispatched event; {@code id} is the last one seen, also on earlier blocks. */
  record Block(String event, String id, String data) {}

  /** The last {@code retry} seen in milliseconds, or -1. */
  long retryMs() {
    return retryMs;
  }

  /** Takes one line without its end; returns the block that it finishes, or null. */
  @Nullable Block onLine(String line) {
    if (line.isEmpty()) {
      return finish();
    }
    int colon = line.indexOf(':');
    if (colon == 0) {
      return null;
    }
    String field = colon < 0 ? line : line.substring(0, colon);
    String value = colon < 0 ? "" : line.substring(colon + 1);
    onField(field, value.startsWith(" ") ? value.substring(1) : value);
    return null;
  }

  private void onField(String field, String value) {
    switch (field) {
      case "event" -> event = value;
      case "data" -> data.append(value).append('\n');
      case "id" -> {
        if (value.indexOf('\0') < 0) {
          lastId = value;
        }
      }
      case "retry" -> {
        if (!value.isEmpty() && value.length() < 10 && value.chars().allMatch(SseParser::digit)) {
          retryMs = Long.parseLong(value);
        }
      }
      default -> {
        // HTML §9.2.6: "The field is ignored."
      }
    }
  }

  private static boolean digit(int c) {
    return c >= '0' && c <= '9';
  }

  private @Nullable Block finish() {
    Block block = null;
    if (data.length() > 0) {
      data.setLength(data.length() - 1);
      block = new Block(event.isEmpty() ? "message" : event, lastId, data.toString());
    }
    data.setLength(0);
    event = "";
    return block;
  }
}
