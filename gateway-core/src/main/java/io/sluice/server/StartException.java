package io.sluice.server;

import org.jspecify.annotations.Nullable;

/** The gateway could not start. The message says what, where and what to do; for people. */
public final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
