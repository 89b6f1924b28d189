package io.sluice.admin;

import io.sluice.config.ConfigProblem;
import java.util.List;

/** What became of a reload. */
public sealed interface ReloadOutcome {

  /**
   * The new configuration is in force.
   *
   * @param routes what became of them
   * @param connectionsEnded streams, sockets, held polls and tunnels that ended because of that
   * @param restart keys that are different in the file and come into force only at the next start
   */
  record Applied(Routes routes, int connectionsEnded, List<String> restart)
      implements ReloadOutcome {
    public Applied {
      restart = List.copyOf(restart);
    }
  }

  /**
   * All routes, by their paths.
   *
   * @param kept as they were
   * @param changed other than before
   */
  record Routes(int kept, int changed, int added, int removed) {}

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
