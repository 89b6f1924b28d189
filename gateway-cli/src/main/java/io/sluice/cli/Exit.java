package io.sluice.cli;

/** What the process ends with. */
final class Exit {

  /** Done, or stopped in order. */
  static final int OK = 0;

  /** It was tried and did not work. */
  static final int FAILED = 1;

  /** The arguments or the configuration are wrong; nothing was started. */
  static final int USAGE = 2;

  /** An address cannot be bound: taken, or not permitted. */
  static final int ADDRESS = 3;

  /**
   * The JVM ended itself because its heap was full (SIGABRT), by {@code
   * -XX:+CrashOnOutOfMemoryError}, which {@code scripts/sluice} sets. Its gentler sister ends with
   * 3, which is taken.
   */
  static final int MEMORY = 134;

  private Exit() {}
}
