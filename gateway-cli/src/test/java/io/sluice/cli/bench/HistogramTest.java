package io.sluice.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class HistogramTest {

  private final Histogram histogram = new Histogram();

  @Test
  void emptyHasNoValues() {
    assertThat(histogram.count()).isZero();
    assertThat(histogram.at(0.5)).isZero();
    assertThat(histogram.max()).isZero();
  }

  @Test
  void smallValuesAreExact() {
    LongStream.rangeClosed(1, 50).forEach(histogram::add);
    assertThat(histogram.at(0.5)).isEqualTo(25);
    assertThat(histogram.at(0.9)).isEqualTo(45);
    assertThat(histogram.at(1)).isEqualTo(50);
  }

  @Test
  void percentilesAreAtMostAHundredthAndAHalfTooLow() {
    for (long value = 1; value < 1L << 40; value = value * 5 / 4 + 1) {
      Histogram one = new Histogram();
      one.add(value);
      assertThat(one.at(0.5)).isLessThanOrEqualTo(value);
      assertThat((double) one.at(0.5)).isCloseTo((double) value, Percentage.withPercentage(1.6));
      assertThat(one.max()).isEqualTo(value);
    }
  }

  @Test
  void largestAndNegativeValuesAreKeptInBounds() {
    histogram.add(Long.MAX_VALUE);
    histogram.add(-5);
    assertThat(histogram.max()).isEqualTo((1L << 40) - 1);
    assertThat(histogram.at(0.5)).isZero();
  }

  @Test
  void twoAddedAreLikeOne() {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    Histogram all = new Histogram();
    Histogram half = new Histogram();
    for (int i = 0; i < 10_000; i++) {
      long value = random.nextLong(1_000_000);
      all.add(value);
      (i % 2 == 0 ? histogram : half).add(value);
    }
    histogram.add(half);
    assertThat(histogram.count()).isEqualTo(all.count());
    assertThat(histogram.at(0.99)).isEqualTo(all.at(0.99)).isCloseTo(990_000L, within(30_000L));
  }
}
