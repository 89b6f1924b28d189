package io.sluice.config;

import org.jspecify.annotations.Nullable;

/** What became of a text: a value, or the reason why it is none. */
sealed interface Parsed<T> {

  record Good<T>(T value) implements Parsed<T> {}

  /**
   * No value.
   *
   * @param advice what to do, or null for the usual "set e.g. …"
   */
  record Bad<T>(@Nullable String advice) implements Parsed<T> {}

  static <T> Parsed<T> good(T value) {
    return new Good<>(value);
  }

  static <T> Parsed<T> bad(String advice) {
    return new Bad<>(advice);
  }

  static <T> Parsed<T> bad() {
    return new Bad<>(null);
  }
}
