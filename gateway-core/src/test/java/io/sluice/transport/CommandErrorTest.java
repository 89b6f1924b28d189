package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code docs/errors.md} and the code have the same table of errors on an open WebSocket. */
class CommandErrorTest {

  @Test
  @Proves("WS-14")
  void everyErrorStandsInTheTableWithWhenAndWhatToDo() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "errors.md"));
    List<List<String>> rows =
        page.substring(page.indexOf("## Errors on an open WebSocket"))
            .lines()
            .filter(line -> line.startsWith("| `"))
            .map(line -> Arrays.stream(line.substring(1).split("\\|")).map(String::trim).toList())
            .toList();

    assertThat(rows)
        .allSatisfy(
            row -> assertThat(row).hasSize(3).allSatisfy(cell -> assertThat(cell).isNotBlank()));
    assertThat(rows.stream().map(row -> row.get(0)))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(CommandError.values()).map(error -> "`" + error.slug() + "`").toList());
  }
}
