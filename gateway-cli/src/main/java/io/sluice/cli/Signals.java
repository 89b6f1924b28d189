package io.sluice.cli;

import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * What a person or a supervisor sends to the process.
 *
 * <p>It uses {@code sun.misc.Signal} of the module {@code jdk.unsupported}: a shutdown hook alone
 * cannot end with exit code 0 after SIGTERM, nor see a second signal.
 */
final class Signals {

  private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

  private Signals() {}

  /** Runs an action at each SIGHUP, where the platform has it. */
  static void onReload(Runnable action) {
    try {
      Signal.handle(new Signal("HUP"), signal -> action.run());
    } catch (IllegalArgumentException absent) {
      LOG.info("this platform has no SIGHUP: reload with 'sluice reload'");
    }
  }

  /** Runs an action at the first SIGINT or SIGTERM; a second one ends the process at once. */
  static void onStop(Runnable action) {
    AtomicBoolean asked = new AtomicBoolean();
    for (String name : new String[] {"INT", "TERM"}) {
      Signal.handle(
          new Signal(name),
          signal -> {
            if (asked.getAndSet(true)) {
              Runtime.getRuntime().halt(128 + signal.getNumber());
            }
            action.run();
          });
    }
  }
}
