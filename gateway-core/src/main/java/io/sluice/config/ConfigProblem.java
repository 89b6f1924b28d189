package io.sluice.config;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a configuration, where, and what to do: {@code conf/edge.yaml:14:7
 * routes[2].push.heartbeat = 0s (expected 1s to 10m): set e.g. 25s or remove the line for the
 * default 25s}. Never holds a secret: the value is the text of the file before {@code ${…}} is
 * replaced, and that of a key is left out.
 *
 * @param source the file as it was named
 * @param line from 1
 * @param column from 1
 * @param path of the key, such as {@code routes[2].push.heartbeat}; empty if the text itself is
 *     wrong
 * @param value as written, shortened; null if the key is the problem and not its value
 * @param expected what would be right
 * @param advice what to do
 */
public record ConfigProblem(
    String source,
    int line,
    int column,
    String path,
    @Nullable String value,
    String expected,
    String advice) {

  /** Which of the words that are known was meant, or null if none is near; for messages. */
  public static @Nullable String nearest(String word, Collection<String> known) {
    return Spelling.nearest(word, known);
  }

  /** One line for people. */
  @Override
  public String toString() {
    return source
        + ":"
        + line
        + ":"
        + column
        + " "
        + what()
        + " (expected "
        + expected
        + "): "
        + advice;
  }

  private String what() {
    if (value == null) {
      return path;
    }
    return path.isEmpty() ? value : path + " = " + value;
  }
}
