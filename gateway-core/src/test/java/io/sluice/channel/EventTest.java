package io.sluice.channel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class EventTest {

  private static final int REGION = 1 << 20;

  private static long memory(int bytes, long region) {
    return new Event(1, 0, null, null, Event.Kind.BINARY, new byte[bytes], 0).memoryBytes(region)
        - Event.OVERHEAD_BYTES;
  }

  @Test
  void dataOfHalfARegionAndMoreTakesWholeOnes() {
    assertThat(memory(REGION / 2 - 17, REGION)).isEqualTo(REGION / 2 - 17);
    assertThat(memory(REGION / 2 - 16, REGION)).isEqualTo(REGION - 16);
    assertThat(memory(REGION - 16, REGION)).isEqualTo(REGION - 16);
    assertThat(memory(REGION, REGION)).isEqualTo(2 * REGION - 16);
  }

  @Test
  void aHeapWithoutRegionsLosesNothing() {
    assertThat(memory(REGION, 0)).isEqualTo(REGION);
  }
}
