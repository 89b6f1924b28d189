package io.sluice.server;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * The regions of the heap of this process. G1 gives an array of half a region and more whole
 * regions of its own, so that an event of 1 MiB takes up to 2 MiB.
 */
final class HeapRegions {

  private HeapRegions() {}

  /** Size of a region; 0 where the collector has none, or does not say. */
  static long sizeBytes() {
    HotSpotDiagnosticMXBean jvm =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    try {
      return jvm == null || !Boolean.parseBoolean(option(jvm, "UseG1GC"))
          ? 0
          : Long.parseLong(String.valueOf(option(jvm, "G1HeapRegionSize")));
    } catch (IllegalArgumentException unknown) { // another make of JVM has no such options
      return 0;
    }
  }

  private static @Nullable String option(HotSpotDiagnosticMXBean jvm, String name) {
    return jvm.getVMOption(name).getValue();
  }
}
