package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher chooses for the JVM ({@code scripts/jvm.sh}). */
final class LauncherTest {

  private static final Path SCRIPT = Path.of("..", "scripts", "jvm.sh");

  @TempDir private Path root = Path.of("");

  @Test
  void twoCoresGetSerialWithAHeapOfHalfTheMemoryAndASmallYoungGeneration() throws Exception {
    assertThat(choice("yes 17 2 4096", Map.of()))
        .isEqualTo(
            "-Xmx2048m -XX:MaxDirectMemorySize=1024m -XX:+UseSerialGC -Xmn32m"
                + " | Serial collector, heap up to 2048m, direct memory up to 1024m, 32m of it young"
                + " (cores: 2, memory: 4096m)");
    assertThat(choice("yes 17 2 24105", Map.of()))
        .startsWith("-Xmx4096m -XX:+UseSerialGC -Xmn32m |");
  }

  @Test
  void moreCoresCollectTogether() throws Exception {
    assertThat(choice("yes 17 8 24105", Map.of()))
        .startsWith("-Xmx4096m -XX:+UseParallelGC -Xmn128m |");
  }

  @Test
  void heapTooLargeToBeCollectedInOnePauseGetsG1() throws Exception {
    assertThat(choice("yes 17 2 24105", Map.of("SLUICE_JAVA_OPTS", "-Xmx8g")))
        .startsWith("-XX:+UseG1GC ")
        .doesNotContain("-Xmx", "-Xmn")
        .contains("heap 8192m as you told it");
  }

  @Test
  void smallHeapKeepsTheJvmsOwnShares() throws Exception {
    assertThat(choice("yes 17 1 300", Map.of()))
        .startsWith("-Xmx150m -XX:MaxDirectMemorySize=75m -XX:+UseSerialGC |");
  }

  @Test
  void newerJavaGetsSmallerObjectsAndNoWarnings() throws Exception {
    assertThat(choice("yes 25 2 4096", Map.of()))
        .contains("--sun-misc-unsafe-memory-access=allow", "-XX:+UseCompactObjectHeaders");
    assertThat(choice("yes 21 2 4096", Map.of())).doesNotContain("unsafe", "CompactObject");
    assertThat(choice("yes 25 2 4096", Map.of("SLUICE_JAVA_OPTS", "-XX:-UseCompactObjectHeaders")))
        .doesNotContain("+UseCompactObjectHeaders");
  }

  @Test
  void collectorThatTheUserNamesAnywhereIsLeftAlone() throws Exception {
    for (String variable : List.of("SLUICE_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")) {
      assertThat(choice("yes 17 2 24105", Map.of(variable, "-Da=b -XX:+UseZGC")))
          .as(variable)
          .startsWith("-Xmx4096m | your collector, heap up to 4096m (");
    }
  }

  @Test
  void heapThatTheUserNamesAnywhereIsLeftAloneAndDecidesWhatCollectsIt() throws Exception {
    for (String variable : List.of("SLUICE_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")) {
      assertThat(choice("yes 17 2 24105", Map.of(variable, "-Xmx512m")))
          .as(variable)
          .startsWith("-XX:+UseSerialGC -Xmn16m | Serial collector, heap 512m as you told it");
    }
    assertThat(choice("yes 17 2 10000", Map.of("JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=60.0")))
        .startsWith("-XX:+UseG1GC ")
        .contains("heap 6000m");
    assertThat(choice("yes 17 2 10000", Map.of("SLUICE_JAVA_OPTS", "-Xmx1g -Xmn200m")))
        .startsWith("-XX:+UseSerialGC | ");
  }

  @Test
  void whatItCannotReadIsLeftToTheJvm() throws Exception {
    assertThat(choice("yes 17 2 24105", Map.of("SLUICE_JAVA_OPTS", "-Xms8g")))
        .startsWith(" | collector and heap left to");
    assertThat(choice("yes 17 2 24105", Map.of("JDK_JAVA_OPTIONS", "@options")))
        .startsWith(" | collector and heap left to");
    assertThat(choice("yes 17 2 0", Map.of())).startsWith(" | collector and heap left to");
  }

  @Test
  void commandThatEndsSoonHasTheHeapOfOneThatServes() throws Exception {
    assertThat(choice("no 17 8 24105", Map.of())).startsWith("-Xmx4096m -XX:+UseSerialGC |");
    assertThat(choice("no 17 8 24105", Map.of("SLUICE_JAVA_OPTS", "-XX:+UseG1GC")))
        .startsWith("-Xmx4096m |");
  }

  @Test
  void controlGroupsOfBothVersionsBoundMemoryAndCores() throws Exception {
    file("proc/meminfo", "MemFree: 1 kB\nMemTotal:       8388608 kB\n");
    assertThat(bash("memory_here '" + root + "'", Map.of())).isEqualTo("8192");
    file("proc/self/cgroup", "0::/system.slice/sluice.service\n");
    file("sys/fs/cgroup/system.slice/memory.max", "2147483648\n");
    file("sys/fs/cgroup/system.slice/sluice.service/memory.max", "max\n");
    file("sys/fs/cgroup/system.slice/sluice.service/cpu.max", "100000 100000\n");
    assertThat(bash("memory_here '" + root + "'", Map.of())).isEqualTo("2048");
    assertThat(bash("cores_here '" + root + "'", Map.of())).isEqualTo("1");
    // Version 1 in a container: the path is the host's.
    file("proc/self/cgroup", "5:cpu,cpuacct:/docker/a\n4:memory:/docker/a\n");
    file("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");
    file("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
    file("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
    assertThat(bash("memory_here '" + root + "'", Map.of())).isEqualTo("1024");
    assertThat(bash("cores_here '" + root + "'", Map.of())).isEqualTo(bash("nproc", Map.of()));
  }

  private void file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** The options and the words for what {@code choose_jvm} is told. */
  private static String choice(String arguments, Map<String, String> variables) throws Exception {
    return bash(
        "choose_jvm " + arguments + "; echo \"${jvm_options[*]-} | $jvm_words\"", variables);
  }

  private static String bash(String command, Map<String, String> variables) throws Exception {
    ProcessBuilder shell =
        new ProcessBuilder("bash", "-c", "set -euo pipefail; . " + SCRIPT + "; " + command);
    Map<String, String> environment = shell.environment();
    for (String variable :
        List.of("SLUICE_JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")) {
      environment.remove(variable);
    }
    environment.putAll(variables);
    Process process = shell.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isZero();
    return out.stripTrailing();
  }
}
