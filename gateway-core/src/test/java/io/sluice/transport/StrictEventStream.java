package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * An event stream read line for line after HTML §9.2.6, and stricter: what a browser would pass
 * over fails, because the gateway writes nothing of the kind unless somebody made it.
 */
@NullMarked
public final class StrictEventStream {

  private StrictEventStream() {}

  /**
   * A block between blank lines.
   *
   * @param event its name, or null for none
   * @param data its lines, joined by LF
   * @param id its last line
   */
  public record Block(@Nullable String event, String data, String id) {}

  /**
   * Reads blocks of nothing but {@code event}, {@code data} lines and {@code id}, in this order.
   */
  public static List<Block> blocks(String text) {
    List<Block> blocks = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (String line : text.split("\r\n|\n|\r", -1)) {
      if (!line.isEmpty()) {
        lines.add(line);
      } else if (!lines.isEmpty()) {
        blocks.add(block(lines));
        lines.clear();
      }
    }
    assertThat(lines).as("behind the last block").isEmpty();
    return blocks;
  }

  private static Block block(List<String> lines) {
    String event = lines.get(0).startsWith("event:") ? value(lines.get(0), "event") : null;
    int last = lines.size() - 1;
    List<String> data = new ArrayList<>();
    for (String line : lines.subList(event == null ? 0 : 1, last)) {
      data.add(value(line, "data"));
    }
    assertThat(data).as("data of %s", lines).isNotEmpty();
    return new Block(event, String.join("\n", data), value(lines.get(last), "id"));
  }

  private static String value(String line, String field) {
    assertThat(line).startsWith(field + ": ");
    return line.substring(field.length() + 2);
  }

  /** What a chunked body holds; it must be whole chunks. */
  public static String withoutChunks(String latin) {
    StringBuilder body = new StringBuilder();
    int at = 0;
    while (at < latin.length()) {
      int end = latin.indexOf("\r\n", at);
      int length = Integer.parseInt(latin.substring(at, end), 16);
      assertThat(length).isPositive();
      body.append(latin, end + 2, end + 2 + length);
      at = end + 2 + length;
      assertThat(latin.startsWith("\r\n", at)).isTrue();
      at += 2;
    }
    return body.toString();
  }

  /** What a browser makes of the ends of lines. */
  public static String lines(String text) {
    return text.replace("\r\n", "\n").replace('\r', '\n');
  }
}
