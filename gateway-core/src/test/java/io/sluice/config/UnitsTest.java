package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class UnitsTest {

  private final Kind<Duration> duration = Units.duration("0s", "720h");
  private final Kind<Long> size = Units.size("0B", "1024GiB");

  @Test
  void readsEveryUnit() {
    assertThat(duration.parse("250ms")).isEqualTo(Parsed.good(Duration.ofMillis(250)));
    assertThat(duration.parse("25s")).isEqualTo(Parsed.good(Duration.ofSeconds(25)));
    assertThat(duration.parse("2m")).isEqualTo(Parsed.good(Duration.ofMinutes(2)));
    assertThat(duration.parse("24h")).isEqualTo(Parsed.good(Duration.ofHours(24)));
    assertThat(size.parse("512B")).isEqualTo(Parsed.good(512L));
    assertThat(size.parse("64KiB")).isEqualTo(Parsed.good(65_536L));
    assertThat(size.parse("1MiB")).isEqualTo(Parsed.good(1_048_576L));
    assertThat(size.parse("2GiB")).isEqualTo(Parsed.good(2_147_483_648L));
  }

  @Test
  void showsTheLargestUnitThatIsExact() {
    assertThat(duration.show(Duration.ofSeconds(90))).isEqualTo("90s");
    assertThat(duration.show(Duration.ofMinutes(2))).isEqualTo("2m");
    assertThat(duration.show(Duration.ZERO)).isEqualTo("0s");
    assertThat(size.show(1536L)).isEqualTo("1536B");
    assertThat(size.show(0L)).isEqualTo("0B");
  }

  @Test
  void takesTheBoundsThemselvesAndNothingBeyond() {
    Kind<Duration> heartbeat = Units.duration("1s", "10m");
    assertThat(heartbeat.parse("1s")).isInstanceOf(Parsed.Good.class);
    assertThat(heartbeat.parse("10m")).isInstanceOf(Parsed.Good.class);
    assertThat(heartbeat.parse("999ms")).isInstanceOf(Parsed.Bad.class);
    assertThat(heartbeat.parse("601s")).isInstanceOf(Parsed.Bad.class);
    assertThat(heartbeat.parse("999999999999999999h")).isInstanceOf(Parsed.Bad.class);
    assertThat(size.parse("17179869185GiB")).as("2^64 + 1 GiB").isInstanceOf(Parsed.Bad.class);
  }

  @Property
  void durationsAreReadBackAsShown(@ForAll @IntRange(max = 2_000_000_000) int ms) {
    Duration value = Duration.ofMillis(ms);
    assertThat(duration.parse(duration.show(value))).isEqualTo(Parsed.good(value));
  }

  @Property
  void sizesAreReadBackAsShown(@ForAll @LongRange(max = 1L << 40) long bytes) {
    assertThat(size.parse(size.show(bytes))).isEqualTo(Parsed.good(bytes));
  }

  @Property
  void anyTextIsAValueInBoundsOrABadOne(@ForAll String text) {
    if (duration.parse(text) instanceof Parsed.Good<Duration> good) {
      assertThat(good.value()).isBetween(Duration.ZERO, Duration.ofDays(30));
    }
    if (size.parse(text) instanceof Parsed.Good<Long> good) {
      assertThat(good.value()).isBetween(0L, 1L << 40);
    }
  }
}
