package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class ThriftTest {

  private static final long DAY_MS = 86_400_000;
  private static final Held.Limits LIMITS = new Held.Limits(1_000, 1_000, 10);

  private static Held.Sum held(long history, long identities) {
    return new Held.Sum(history, identities, 0, 0);
  }

  @Test
  void whileThereIsRoomNothingIsShortened() {
    Thrift thrift = Thrift.none(DAY_MS);

    assertThat(thrift.after(held(1_000, 1_000), LIMITS)).isEqualTo(thrift);
  }

  @Test
  void agesAreHalvedWhileTheEventsTakeTooMuch() {
    Thrift once = Thrift.none(DAY_MS).after(held(1_001, 0), LIMITS);
    Thrift twice = once.after(held(1_001, 0), LIMITS);

    assertThat(once.maxAgeMs()).isEqualTo(1_800_000);
    assertThat(twice.maxAgeMs()).isEqualTo(900_000);
    assertThat(twice.idleMs()).isEqualTo(DAY_MS);
  }

  @Test
  void agesGrowAgainOnlyWhenThereIsRoomToSpare() {
    Thrift thrift = new Thrift(DAY_MS, 10_000, DAY_MS, DAY_MS);

    assertThat(thrift.after(held(900, 0), LIMITS)).isEqualTo(thrift);
    assertThat(thrift.after(held(700, 0), LIMITS).maxAgeMs()).isEqualTo(20_000);
  }

  @Test
  void allIsAsItWasAfterAWhileOfRoom() {
    Thrift thrift = new Thrift(DAY_MS, 1_000, 2_000, 1_000);
    for (int i = 0; i < 40; i++) {
      thrift = thrift.after(held(0, 0), LIMITS);
    }

    assertThat(thrift).isEqualTo(Thrift.none(DAY_MS));
  }

  @Test
  void unbornChannelsGoBeforeAnyOtherIsTouched() {
    Thrift thrift = Thrift.none(DAY_MS);
    while (thrift.unbornMs() > 1_000) {
      assertThat(thrift.idleMs()).isEqualTo(DAY_MS);
      thrift = thrift.after(held(0, 1_001), LIMITS);
    }

    assertThat(thrift.after(held(0, 1_001), LIMITS).idleMs()).isLessThan(DAY_MS);
  }

  @Test
  void nothingIsEverShorterThanASecond() {
    Thrift thrift = Thrift.none(DAY_MS);
    for (int i = 0; i < 100; i++) {
      thrift = thrift.after(held(2_000, 2_000), LIMITS);
    }

    assertThat(thrift).isEqualTo(new Thrift(DAY_MS, 1_000, 1_000, 1_000));
  }
}
