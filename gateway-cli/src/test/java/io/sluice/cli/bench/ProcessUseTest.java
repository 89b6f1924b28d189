package io.sluice.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessUseTest {

  @Test
  void memoryIsTheProportionalShare() {
    assertThat(
            ProcessUse.proportional(
                """
                5580c000-7ffd1000 ---p 00000000 00:00 0   [rollup]
                Rss:              123456 kB
                Pss:              100000 kB
                Pss_Dirty:         90000 kB
                SwapPss:               1 kB
                """))
        .isEqualTo(100_000L * 1024);
  }

  @Test
  void processThatIsNotThereIsSaid() {
    assertThatThrownBy(() -> new ProcessUse(List.of(Long.MAX_VALUE)).cpuSeconds())
        .isInstanceOf(LoadException.class)
        .hasMessage("there is no process " + Long.MAX_VALUE);
  }

  @Test
  void noProcessesUseNothing() throws Exception {
    assertThat(new ProcessUse(List.of()).cpuSeconds()).isZero();
    assertThat(new ProcessUse(List.of()).memoryBytes()).isZero();
  }
}
