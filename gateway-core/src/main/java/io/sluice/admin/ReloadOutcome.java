package io.sluice.admin;

import io.sluice.config.ConfigProblem;
import java.util.List;

/** What became of a reload. */
public sealed interface ReloadOutcome {

  /**
   * The new configuration is in force.
   *
   * @param routesKept push routes that are as they were
   * @param routesChanged push routes that are new or other than before
   * @param routesRemoved push routes that are no more, or other than before
   * @param connectionsEnded streams, sockets and held polls that ended because of that
   * @param restart keys that are different in the file and come into force only at the next start
   */
  record Applied(
      int routesKept,
      int routesChanged,
      int routesRemoved,
      int connectionsEnded,
      List<String> restart)
      implements ReloadOutcome {
    public Applied {
      restart = List.copyOf(restart);
    }
  }

  /**
   * The running configuration stays.
   *
   * @param problems at least one
   */
  record Refused(List<ConfigProblem> problems) implements ReloadOutcome {
    public Refused {
      problems = List.copyOf(problems);
    }
  }

  /** The gateway is stopping; nothing was read. */
  record Stopping() implements ReloadOutcome {}
}
