package io.sluice.channel.hub;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class GatheringTest {

  private final Gathering gathering = new Gathering();

  private int looks() {
    int looks = 0;
    while (gathering.looksAgain()) {
      looks++;
    }
    return looks;
  }

  @Test
  void oneEventAtATimeIsNotHeldBack() {
    gathering.came();
    assertThat(looks()).isZero();
    gathering.gave(1, 100_000);
    gathering.came();
    assertThat(looks()).isZero();
  }

  @Test
  void afterEventsThatWentTogetherToManyMoreAreLookedFor() {
    gathering.gave(8, 1_000);
    gathering.came();
    int looks = looks();
    assertThat(looks).isBetween(3, 20);

    // Those that something comes after do not count.
    gathering.came();
    for (int i = 0; i < looks - 1; i++) {
      assertThat(gathering.looksAgain()).isTrue();
    }
    gathering.came();
    assertThat(looks()).isEqualTo(looks);
  }

  @Test
  void whatWentToFewIsNotWorthALook() {
    gathering.gave(8, 100);
    gathering.came();
    assertThat(looks()).isZero();
  }

  @Test
  void aStreamThatNeverEndsGoesOutAllTheSame() {
    gathering.gave(8, 1_000_000);
    int looks = 0;
    do {
      gathering.came();
      looks++;
    } while (gathering.looksAgain());
    assertThat(looks).isLessThan(1_000);
  }
}
