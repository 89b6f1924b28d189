package io.sluice.cli.demo;

import com.sun.management.OperatingSystemMXBean;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;

/** What this machine is doing now. */
final class Machine {

  private static final Path MEMINFO = Path.of("/proc/meminfo");

  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private final Clock clock;

  Machine(Clock clock) {
    this.clock = clock;
  }

  /** Processor use in percent of all cores, memory in bytes, and the time in ms since 1970. */
  JsonObject now() {
    double load = system.getCpuLoad();
    long total = system.getTotalMemorySize();
    return new JsonObject()
        .put("time", clock.millis())
        .put("cpu", Math.round((Double.isNaN(load) || load < 0 ? 0 : load) * 1000) / 10.0)
        .put("cores", system.getAvailableProcessors())
        .put("memoryUsed", total - available())
        .put("memoryTotal", total);
  }

  /** What programs could still get: on Linux the file cache counts as free. */
  private long available() {
    try {
      for (String line : Files.readAllLines(MEMINFO)) {
        if (line.startsWith("MemAvailable:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
        }
      }
    } catch (IOException notLinux) {
      return system.getFreeMemorySize();
    }
    return system.getFreeMemorySize();
  }
}
