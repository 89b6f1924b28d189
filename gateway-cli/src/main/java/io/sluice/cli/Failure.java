package io.sluice.cli;

/** Ends a command with an exit code and words for people; one problem a line. */
final class Failure extends Exception {
  private static final long serialVersionUID = 1;

  private final int code;
  private final String message;

  Failure(int code, String message) {
    super(message);
    this.code = code;
    this.message = message;
  }

  @Override
  public String getMessage() {
    return message;
  }

  int code() {
    return code;
  }
}
