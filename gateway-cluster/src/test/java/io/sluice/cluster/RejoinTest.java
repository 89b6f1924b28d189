package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a node that was removed joins again, by a clock that the test moves. */
@NullMarked
final class RejoinTest {

  private static final String WHERE = "10.0.0.1:5701";

  /** As a monotonic clock may stand. */
  private long nowMs = -5_000_000;

  private final Rejoin rejoin = new Rejoin(() -> nowMs);
  private final Logged heard = new Logged(Rejoin.class);

  @AfterEach
  void end() {
    heard.close();
  }

  private boolean mayJoin(String... unreached) {
    return rejoin.mayJoin(WHERE, List.of(unreached));
  }

  /** As a node does that is removed so long after it joined. */
  private void joinsAndIsRemovedAfter(long ms) {
    assertThat(mayJoin()).isTrue();
    rejoin.joins();
    nowMs += ms;
  }

  private long waitsMs() {
    long began = nowMs;
    while (!mayJoin()) {
      assertThat(rejoin.reason()).isEqualTo("backing-off");
      nowMs += 1_000;
    }
    return nowMs - began;
  }

  @Test
  void theFirstTimeItJoinsAtOnce() {
    assertThat(mayJoin()).isTrue();
    assertThat(rejoin.reason()).isNull();
    assertThat(heard.lines()).isEmpty();
  }

  @Test
  void whoDoesNotReachAllStaysOutUntilItDoesAndSaysSoOnce() {
    for (int i = 0; i < 100; i++) {
      assertThat(mayJoin("10.0.0.3:5701")).isFalse();
      nowMs += 10_000;
    }
    assertThat(rejoin.reason()).isEqualTo("partly-cut-off");
    assertThat(heard.lines())
        .singleElement()
        .asString()
        .startsWith("this node reaches 10.0.0.1:5701 but not 10.0.0.3:5701 (expected every node");
    assertThat(mayJoin()).isTrue();
    assertThat(rejoin.reason()).isNull();
  }

  @Test
  void whoIsRemovedAgainAndAgainWaitsLongerEachTimeUpToABound() {
    joinsAndIsRemovedAfter(20_000);
    assertThat(waitsMs()).isEqualTo(40_000);
    joinsAndIsRemovedAfter(20_000);
    assertThat(waitsMs()).isEqualTo(100_000);
    for (int i = 0; i < 100; i++) {
      joinsAndIsRemovedAfter(20_000);
      waitsMs();
    }
    joinsAndIsRemovedAfter(20_000);
    assertThat(waitsMs()).isEqualTo(Rejoin.LONGEST_WAIT_MS - 20_000);
  }

  @Test
  void eachWaitIsSaidOnce() {
    joinsAndIsRemovedAfter(20_000);
    waitsMs();
    joinsAndIsRemovedAfter(20_000);
    waitsMs();
    assertThat(heard.lines())
        .filteredOn(line -> !line.equals("this node joins the others again"))
        .satisfiesExactly(
            line -> assertThat(line).contains("joined again 20 s ago").contains("in 40 s"),
            line -> assertThat(line).contains("joined again 20 s ago").contains("in 100 s"));
  }

  @Test
  void whoHasStayedForLongJoinsAtOnceAgain() {
    joinsAndIsRemovedAfter(20_000);
    waitsMs();
    joinsAndIsRemovedAfter(Rejoin.QUIET_MS);
    assertThat(waitsMs()).isZero();
  }

  @Test
  void aLongWaitIsNotTakenForAStay() {
    joinsAndIsRemovedAfter(20_000);
    for (int i = 0; i < 6; i++) {
      waitsMs();
      joinsAndIsRemovedAfter(20_000);
    }
    assertThat(mayJoin("10.0.0.3:5701")).isFalse();
    nowMs += Rejoin.QUIET_MS * 2;
    joinsAndIsRemovedAfter(20_000);
    assertThat(waitsMs()).isEqualTo(Rejoin.LONGEST_WAIT_MS - 20_000);
  }

  @Test
  void whereNobodyIsItDoesNotWait() {
    assertThat(mayJoin("10.0.0.3:5701")).isFalse();
    rejoin.nobody();
    assertThat(rejoin.reason()).isNull();
  }
}
