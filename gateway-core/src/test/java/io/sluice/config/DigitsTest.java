package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class DigitsTest {

  @Property
  void matchesTheNumbersWithinTheBoundsAndNoOther(
      @ForAll @LongRange(max = 20_000_000_000L) long one,
      @ForAll @LongRange(max = 20_000_000_000L) long other,
      @ForAll @LongRange(max = 20_000_000_000L) long asked) {
    long low = Math.min(one, other);
    long high = Math.max(one, other);
    Pattern pattern = Pattern.compile(Digits.between(low, high));
    for (long number : new long[] {asked, low, high, low - 1, high + 1, low / 10, high / 2}) {
      assertThat(pattern.matcher(Long.toString(number)).matches())
          .as("%d in %d to %d", number, low, high)
          .isEqualTo(number >= low && number <= high);
    }
    assertThat(pattern.matcher("0" + high).matches()).isFalse();
  }

  @Test
  void isShort() {
    assertThat(Digits.between(0, 65_535).length()).isLessThan(120);
    assertThat(Digits.between(7, 7)).isEqualTo("7");
    assertThat(Digits.between(0, 9)).isEqualTo("[0-9]");
  }
}
