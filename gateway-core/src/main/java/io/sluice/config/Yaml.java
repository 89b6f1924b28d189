package io.sluice.config;

import java.util.List;

/** A parsed YAML document: every value knows where it stands. */
sealed interface Yaml {

  At at();

  /** A place in the text, from 1:1. */
  record At(int line, int column) {
    static final At START = new At(1, 1);
  }

  /**
   * Text. Its meaning comes from the key it stands at, so {@code no} and {@code 010} are just text.
   *
   * @param quoted whether it was written in quotes or as a block
   */
  record Scalar(String text, boolean quoted, At at) implements Yaml {
    /** Whether nothing was written, or {@code null} or {@code ~}. */
    boolean isNothing() {
      return !quoted && (text.isEmpty() || text.equals("~") || text.equals("null"));
    }
  }

  record Sequence(List<Yaml> items, At at) implements Yaml {}

  /** Keys are unique, in the order of the file. */
  record Mapping(List<Entry> entries, At at) implements Yaml {}

  /** One key and its value; {@code at} is the key's place. */
  record Entry(String key, Yaml value, At at) {}
}
