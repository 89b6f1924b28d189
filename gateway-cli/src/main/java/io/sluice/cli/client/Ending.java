package io.sluice.cli.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How one connection, or one poll, ended. */
sealed interface Ending {

  /**
   * Worth another try.
   *
   * @param reason for people
   * @param retry when the gateway wants to see us again, or null if it did not say
   */
  record Again(String reason, @Nullable Duration retry) implements Ending {}

  /** A poll that was answered: the next one may follow. */
  record Answered() implements Ending {}

  /** Trying again would end the same way. */
  record Refused(String detail) implements Ending {}

  /** The observer has had enough. */
  record Enough() implements Ending {}
}
