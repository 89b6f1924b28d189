package io.sluice.cli.demo;

import java.util.List;

/** The parts of pages that are made here and not in a file. */
final class Html {

  private Html() {}

  /** Text that means nothing but itself, in content and in quoted attributes. */
  static String escaped(String text) {
    StringBuilder html = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> html.append("&amp;");
        case '<' -> html.append("&lt;");
        case '>' -> html.append("&gt;");
        case '"' -> html.append("&quot;");
        case '\'' -> html.append("&#39;");
        default -> html.append(c);
      }
    }
    return html.toString();
  }

  /** The chat's messages as list items; {@code demo/chat.js} makes the same of an event. */
  static String messages(List<ChatLog.Message> messages) {
    StringBuilder html = new StringBuilder();
    for (ChatLog.Message message : messages) {
      html.append(
          "<li data-id=\"%s\"><b>%s</b> <time datetime=\"%s\">%s</time><p>%s</p></li>\n"
              .formatted(
                  escaped(message.id()),
                  escaped(message.author()),
                  escaped(message.time()),
                  escaped(message.time().substring(11, 16)),
                  escaped(message.text())));
    }
    return html.toString();
  }
}
