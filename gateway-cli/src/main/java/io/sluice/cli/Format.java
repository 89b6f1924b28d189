package io.sluice.cli;

/** How a command prints what was asked for. */
enum Format {
  /** For people. */
  TEXT,
  /** For programs: one JSON value a line. */
  JSON;

  @Override
  public String toString() {
    return this == TEXT ? "text" : "json";
  }
}
