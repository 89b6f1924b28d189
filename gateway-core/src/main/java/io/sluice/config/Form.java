package io.sluice.config;

import java.util.List;

/** How a value is written, as far as a schema can say it: never stricter than the reader. */
sealed interface Form {

  /**
   * Text.
   *
   * @param pattern of the whole of it, in the syntax that Java and ECMA-262 share
   */
  record Text(String pattern) implements Form {}

  /** One of some words. */
  record Words(List<String> words) implements Form {}

  /** A whole number, bounds included. */
  record Whole(long min, long max) implements Form {}

  /** {@code true} or {@code false}. */
  record Flag() implements Form {}

  /** Any text that is not empty. */
  Form ANY = new Text("[\\s\\S]+");
}
