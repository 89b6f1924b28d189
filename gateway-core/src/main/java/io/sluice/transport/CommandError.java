package io.sluice.transport;

import io.sluice.http.Problem;

/**
 * What a command of a {@code sluice.v1.json} client is refused with (WS-14). {@code docs/errors.md}
 * has the same table and a test compares them.
 */
enum CommandError {
  BAD_MESSAGE("bad-message"),
  UNKNOWN_OP("unknown-op"),
  NOT_CONFIGURED("not-configured"),
  ALREADY_SUBSCRIBED("already-subscribed"),
  NOT_SUBSCRIBED("not-subscribed"),
  BAD_CHANNEL(Problem.Kind.BAD_CHANNEL.slug()),
  FORBIDDEN(Problem.Kind.FORBIDDEN.slug()),
  ALIKE(Problem.Kind.BAD_REQUEST.slug()),
  BAD_CURSOR(Problem.Kind.BAD_CURSOR.slug()),
  TOO_MANY_CHANNELS(Problem.Kind.TOO_MANY_CHANNELS.slug());

  private final String slug;

  CommandError(String slug) {
    this.slug = slug;
  }

  /** The stable word. */
  String slug() {
    return slug;
  }
}
