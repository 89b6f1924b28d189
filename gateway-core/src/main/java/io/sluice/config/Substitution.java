package io.sluice.config;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${NAME}}, {@code ${NAME:-default}} and {@code ${file:path}} in values; a doubled
 * dollar sign before the brace stands for the characters themselves. What was put in is not looked
 * at again.
 */
final class Substitution {

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final String FILE = "file:";

  private final Map<String, String> environment;
  private final Files files;

  /** Reads a small file; its name is relative to the configuration's folder. */
  @FunctionalInterface
  interface Files {
    String read(String name) throws IOException;
  }

  /** The names of what was put in. */
  record PutIn(List<String> variables, List<String> files) {
    PutIn() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    boolean isNothing() {
      return variables.isEmpty() && files.isEmpty();
    }
  }

  Substitution(Map<String, String> environment, Files files) {
    this.environment = environment;
    this.files = files;
  }

  /**
   * The text with everything put in.
   *
   * @param putIn gets the names
   */
  Parsed<String> expand(String text, PutIn putIn) {
    StringBuilder expanded = new StringBuilder();
    int from = 0;
    for (int at = text.indexOf("${"); at >= 0; at = text.indexOf("${", from)) {
      if (at > from && text.charAt(at - 1) == '$') {
        expanded.append(text, from, at - 1).append("${");
        from = at + 2;
        continue;
      }
      int end = text.indexOf('}', at);
      if (end < 0) {
        return Parsed.bad("close ${ with }, or write $${ for the characters themselves");
      }
      Parsed<String> value = value(text.substring(at + 2, end), putIn);
      if (!(value instanceof Parsed.Good<String> good)) {
        return value;
      }
      expanded.append(text, from, at).append(good.value());
      from = end + 1;
    }
    return Parsed.good(expanded.append(text, from, text.length()).toString());
  }

  private Parsed<String> value(String inner, PutIn putIn) {
    if (inner.startsWith(FILE)) {
      putIn.files.add(inner.substring(FILE.length()));
      return content(inner.substring(FILE.length()));
    }
    int dash = inner.indexOf(":-");
    String name = dash < 0 ? inner : inner.substring(0, dash);
    if (!NAME.matcher(name).matches()) {
      return Parsed.bad("write ${NAME}, ${NAME:-default} or ${file:path}");
    }
    String value = environment.get(name);
    if (dash >= 0 && (value == null || value.isEmpty())) {
      return Parsed.good(inner.substring(dash + 2));
    }
    putIn.variables.add(name);
    return value == null
        ? Parsed.bad("set " + name + " in the environment, or write ${" + name + ":-default}")
        : Parsed.good(value);
  }

  /** The text of a file, without its last line end. */
  Parsed<String> content(String name) {
    try {
      String content = files.read(name);
      return Parsed.good(content.endsWith("\n") ? stripLineEnd(content) : content);
    } catch (IOException unreadable) {
      return Parsed.bad("the file " + name + " cannot be read: " + ConfigReader.reason(unreadable));
    }
  }

  /** Editors and {@code echo} end a file with a line end that belongs to no secret. */
  private static String stripLineEnd(String content) {
    int end = content.length() - 1;
    return content.substring(0, end > 0 && content.charAt(end - 1) == '\r' ? end - 1 : end);
  }
}
