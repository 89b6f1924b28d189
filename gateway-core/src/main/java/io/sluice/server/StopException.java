package io.sluice.server;

/** The gateway stopped, but not in order. The message says what, where and what to do. */
public final class StopException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StopException(String message, Throwable cause) {
    super(message, cause);
  }
}
