package io.sluice.cluster.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OptionsTest {

  private static List<String> asked(String... args) {
    Options options = Options.parse(List.of(args));
    return Faults.all(options.quick() || options.brief()).stream()
        .filter(options::asks)
        .map(Fault::name)
        .toList();
  }

  @Test
  void allRunsAreAskedForUnlessSomeAreNamed() {
    assertThat(asked()).hasSameSizeAs(Faults.all(false));
    assertThat(asked("--only", "kill9,pause-2")).containsExactly("kill9", "kill9-two", "pause-2");
    assertThat(asked("--only", "partition"))
        .hasSize(6)
        .allMatch(name -> name.startsWith("partition-"));
  }

  @Test
  void theShortRunsAreFew() {
    assertThat(asked("--short")).contains("none", "kill9", "partition-5-owner").hasSizeLessThan(10);
  }

  @Test
  void onlyWholeRunsAreReported() {
    assertThat(Options.parse(List.of()).report()).isTrue();
    assertThat(Options.parse(List.of("--quick")).report()).isFalse();
    assertThat(Options.parse(List.of("--short")).report()).isFalse();
    assertThat(Options.parse(List.of("--no-report")).report()).isFalse();
  }

  @Test
  void whatIsUnknownIsRefused() {
    for (List<String> args :
        List.of(List.of("--onyl", "none"), List.of("--only", "nothing"), List.of("--seed"))) {
      assertThatThrownBy(() -> Options.parse(args)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void noTwoRunsHaveOneName() {
    for (boolean quick : new boolean[] {false, true}) {
      Set<String> names = new HashSet<>();
      assertThat(Faults.all(quick)).allMatch(fault -> names.add(fault.name()));
    }
  }
}
