package io.sluice.transport;

import java.util.ArrayList;
import java.util.List;

/** Header fields that are lists of elements with parameters: RFC 9110 §5.6.1, §5.6.6. */
final class FieldList {

  private FieldList() {}

  /**
   * The elements of all lines of a header, each as its parts between semicolons, stripped: {@code
   * a;q=1, b} is {@code [[a, q=1], [b]]}. Empty elements are left out.
   */
  static List<List<String>> elements(List<String> lines) {
    List<List<String>> elements = new ArrayList<>();
    for (String line : lines) {
      for (String element : split(line, ',')) {
        if (!element.isEmpty()) {
          elements.add(split(element, ';'));
        }
      }
    }
    return elements;
  }

  /** Splits where a separator stands outside of quoted strings (RFC 9110 §5.6.4). */
  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int from = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (quoted && c == '\\') {
        i++;
      } else if (!quoted && c == separator) {
        parts.add(text.substring(from, i).strip());
        from = i + 1;
      }
    }
    parts.add(text.substring(from).strip());
    return parts;
  }

  /** The value of a part {@code name=value}, without quotes, or an empty text. */
  static String value(String part) {
    int equals = part.indexOf('=');
    String value = equals < 0 ? "" : part.substring(equals + 1).strip();
    boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
    return quoted ? value.substring(1, value.length() - 1) : value;
  }

  /** Whether a part is {@code name} or {@code name=value}; names have no case. */
  static boolean isNamed(String part, String name) {
    int equals = part.indexOf('=');
    return (equals < 0 ? part : part.substring(0, equals)).strip().equalsIgnoreCase(name);
  }
}
