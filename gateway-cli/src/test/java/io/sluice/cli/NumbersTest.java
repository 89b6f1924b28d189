package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class NumbersTest {

  @Test
  void sumsWhatAPageOfMetricsSays() {
    Numbers numbers =
        new Numbers(
            """
            # HELP sluice_connections open streams
            # TYPE sluice_connections gauge
            sluice_connections{transport="poll"} 0.0
            sluice_connections{transport="sse"} 12.0
            sluice_connections_closed_total{reason="a",transport="sse"} 3.0
            sluice_connections_closed_total{reason="b",transport="sse"} 4.0
            sluice_channels 1.5E3
            """);
    assertThat(numbers.byLabel("sluice_connections", "transport"))
        .isEqualTo(Map.of("poll", 0L, "sse", 12L));
    assertThat(numbers.byLabel("sluice_connections_closed_total", "transport"))
        .isEqualTo(Map.of("sse", 7L));
    assertThat(numbers.total("sluice_connections")).isEqualTo(12);
    assertThat(numbers.total("sluice_channels")).isEqualTo(1500);
    assertThat(numbers.total("sluice_nothing")).isZero();
  }
}
