package io.sluice.cluster.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.cluster.history.Checker;
import io.sluice.cluster.history.History;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportTest {

  private static final Fault FIRST = fault("first");
  private static final Fault SECOND = fault("second");
  private static final List<Fault> ORDER = List.of(FIRST, SECOND);

  @TempDir private Path folder;

  private static Fault fault(String name) {
    return new Fault(name, "words", 1, Fault.BedKind.ANY, Fault.Gaps.ANY, false, stage -> {});
  }

  private static Outcome outcome(Fault fault, int acknowledged, List<Long> recoveriesMs) {
    return new Outcome(
        fault,
        Checker.check(new History(List.of(), List.of())),
        List.of(),
        new Outcome.Figures(acknowledged, 2, 30, 4, 3, 1_234),
        new Outcome.Times(List.of(), List.of(700L), recoveriesMs));
  }

  private Path page(String text) throws IOException {
    return Files.writeString(folder.resolve("page.md"), text);
  }

  @Test
  void writesTheRowsOfRunsInTheOrderOfTheCatalogueAndKeepsTheOthers() throws IOException {
    Path page = page("before\n<!-- chaos:begin -->\n<!-- chaos:end -->\nafter\n");
    Report.write(page, ORDER, List.of(outcome(SECOND, 1, List.of(100L))));
    Report.write(page, ORDER, List.of(outcome(FIRST, 7, List.of(2_000L, 500L))));
    Report.write(page, ORDER, List.of(outcome(SECOND, 9, List.of())));
    assertThat(Files.readString(page))
        .startsWith("before\n<!-- chaos:begin -->\n| run |")
        .contains(
            """
            | `first` | words | – | 0.7 s | 1.2 s | 0.5 s to 2.0 s | 7 / 2 | 30 | 4 / 3 | 0 |
            | `second` | words | – | 0.7 s | 1.2 s | – | 9 / 2 | 30 | 4 / 3 | 0 |
            """)
        .endsWith("|\n<!-- chaos:end -->\nafter\n");
  }

  @Test
  void aRowOfARunThatIsNoMoreGoes() throws IOException {
    Path page = page("<!-- chaos:begin -->\n| `old` | 1 |\n<!-- chaos:end -->\n");
    Report.write(page, ORDER, List.of());
    assertThat(Files.readString(page)).doesNotContain("`old`");
  }

  @Test
  void aPageWithoutMarkersIsLeftAlone() throws IOException {
    Path page = page("no table here");
    assertThatThrownBy(() -> Report.write(page, ORDER, List.of())).hasMessageContaining("markers");
    assertThat(Files.readString(page)).isEqualTo("no table here");
  }
}
