package io.sluice.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What some processes of this machine use, as the kernel counts it. */
final class ProcessUse {

  private final List<Long> pids;

  /**
   * @param pids processes that belong together; may be none
   */
  ProcessUse(List<Long> pids) {
    this.pids = List.copyOf(pids);
  }

  /** This process. */
  static ProcessUse own() {
    return new ProcessUse(List.of(ProcessHandle.current().pid()));
  }

  /**
   * User and system time so far.
   *
   * @throws LoadException if a process is not there
   */
  double cpuSeconds() throws LoadException {
    double sum = 0;
    for (long pid : pids) {
      sum +=
          ProcessHandle.of(pid)
                  .flatMap(process -> process.info().totalCpuDuration())
                  .map(Duration::toNanos)
                  .orElseThrow(() -> new LoadException("there is no process " + pid))
              / 1e9;
    }
    return sum;
  }

  /** Resident bytes, shared ones by their share; 0 where the platform does not tell. */
  long memoryBytes() {
    long sum = 0;
    for (long pid : pids) {
      try {
        sum += proportional(Files.readString(Path.of("/proc/" + pid + "/smaps_rollup")));
      } catch (IOException notToBeRead) {
        // Another system, or another user's process: what cannot be known is not shown.
        return 0;
      }
    }
    return sum;
  }

  /** The line {@code Pss:} of a {@code smaps_rollup}, in bytes. */
  static long proportional(String rollup) {
    return rollup
        .lines()
        .filter(line -> line.startsWith("Pss:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .sum();
  }
}
