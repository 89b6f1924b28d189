package io.sluice.server;

import org.jspecify.annotations.Nullable;

/** The gateway could not start. The message says what, where and what to do; for people. */
public final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * A start that failed.
   *
   * @param cause null if nothing failed under it, but the configuration does not fit the machine
   */
  public StartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
