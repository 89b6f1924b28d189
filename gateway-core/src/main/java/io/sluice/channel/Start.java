package io.sluice.channel;

/** Where a reader begins. */
public sealed interface Start {

  /** At the head: only what comes. */
  record Head() implements Start {}

  /** The one that is needed of it. */
  Head HEAD = new Head();

  /**
   * Before the last {@code count} events that the history shows; never a gap.
   *
   * @param count 0 or more
   */
  record Rewind(long count) implements Start {}

  /** After a position that a client was given. */
  record After(Position position) implements Start {}

  /** From an unusable cursor: told as a gap {@code unknown}. */
  record Unusable() implements Start {}
}
