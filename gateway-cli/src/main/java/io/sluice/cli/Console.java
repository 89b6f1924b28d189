package io.sluice.cli;

import java.io.InputStream;
import java.io.PrintWriter;
import java.util.Map;

/**
 * What a command talks to.
 *
 * @param in standard input
 * @param out what was asked for
 * @param err everything else
 * @param environment variables
 */
record Console(InputStream in, PrintWriter out, PrintWriter err, Map<String, String> environment) {

  /** A line of what was asked for, shown at once. */
  void print(String line) {
    out.println(line);
    out.flush();
  }

  /** A line beside it. */
  void note(String line) {
    err.println(line);
    err.flush();
  }

  /**
   * Text from elsewhere, fit for one line of a terminal: control characters are shown as in JSON.
   */
  static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        line.append("\\n");
      } else if (c == '\t') {
        line.append("\\t");
      } else if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || bidi(c)) {
        line.append(String.format("\\u%04x", (int) c));
      } else {
        line.append(c);
      }
    }
    return line.toString();
  }

  /** Characters that turn the direction of what follows could make a line say something else. */
  private static boolean bidi(char c) {
    return (c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069');
  }
}
