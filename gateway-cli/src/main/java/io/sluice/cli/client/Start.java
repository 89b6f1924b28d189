package io.sluice.cli.client;

/** Where reading starts: {@code docs/protocol.md} §4. */
public sealed interface Start {

  /** With the next event. */
  record Head() implements Start {}

  /** After the event that a cursor names. */
  record Since(String cursor) implements Start {}

  /** Before the last events of the history. */
  record Rewind(int events) implements Start {}
}
