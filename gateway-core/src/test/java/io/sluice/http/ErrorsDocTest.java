package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code docs/errors.md} and the code have the same tables. */
class ErrorsDocTest {

  @Proves("REF-1")
  @Test
  void everyRefusalStandsInTheTable() throws IOException {
    assertThat(rows("## Refusals").stream().map(row -> row.get(0) + " " + row.get(1)))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Problem.Kind.values())
                .map(kind -> "`" + kind.slug() + "` " + kind.status())
                .toList());
  }

  @Proves("REF-4")
  @Test
  void everyEndingStandsInTheTableWithItsCodeAndAdvice() throws IOException {
    assertThat(rows("## Endings").stream().map(row -> row.get(0) + row.get(1) + row.get(3)))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(CloseReason.values())
                .map(reason -> "`" + reason.slug() + "`" + reason.code() + reason.advice())
                .toList());
  }

  @Test
  void everyRowSaysWhenAndWhatToDo() throws IOException {
    for (String section : List.of("## Refusals", "## Endings")) {
      assertThat(rows(section))
          .allSatisfy(
              row -> assertThat(row).hasSize(4).allSatisfy(cell -> assertThat(cell).isNotBlank()));
    }
  }

  @Proves("REF-1")
  @Test
  void aProblemHasTheMembersOfTheRfcAndItsSlug() {
    var json = Problem.Kind.INVALID.with("what is wrong").json();

    assertThat(json.encode())
        .isEqualTo(
            "{\"type\":\"urn:sluice:problem:invalid\",\"title\":\"The content is not valid\","
                + "\"status\":422,\"detail\":\"what is wrong\",\"slug\":\"invalid\"}");
  }

  /** The cells of a section's table, without its head. */
  private static List<List<String>> rows(String section) throws IOException {
    String page = Files.readString(Path.of("..", "docs", "errors.md"));
    String rest = page.substring(page.indexOf(section) + section.length());
    int end = rest.indexOf("\n## ");
    return (end < 0 ? rest : rest.substring(0, end))
        .lines()
        .filter(line -> line.startsWith("| `"))
        .map(line -> Arrays.stream(line.substring(1).split("\\|")).map(String::trim).toList())
        .toList();
  }
}
