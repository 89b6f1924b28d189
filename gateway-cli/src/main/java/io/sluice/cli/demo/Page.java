package io.sluice.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Files of the sample app, from the program's jar. */
final class Page {

  private Page() {}

  /** The bytes of a file beside this class's package of resources. */
  static byte[] bytes(String name) {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the program's jar lacks " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("the program's jar cannot be read", e);
    }
  }

  /** The same as text. */
  static String text(String name) {
    return new String(bytes(name), StandardCharsets.UTF_8);
  }

  /** Puts HTML that is escaped already into {@code {{name}}}, once, in one pass. */
  static String fill(String template, Map<String, String> html) {
    StringBuilder page = new StringBuilder(template.length() * 2);
    int from = 0;
    while (true) {
      int open = template.indexOf("{{", from);
      int close = open < 0 ? -1 : template.indexOf("}}", open);
      if (close < 0) {
        return page.append(template, from, template.length()).toString();
      }
      page.append(template, from, open);
      page.append(html.getOrDefault(template.substring(open + 2, close), ""));
      from = close + 2;
    }
  }
}
