package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The README's table of exit codes has those of the program, and its commands. */
final class ExitCodesTest {

  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (\\d+) \\| ([^|]+) \\| ([^|]+) \\|$");

  @Test
  void theTableNamesEveryCodeAndOnlyCommandsThatExist() throws IOException {
    Matcher rows = ROW.matcher(Files.readString(Path.of("../README.md")));
    Map<Integer, String> table = new TreeMap<>();
    while (rows.find()) {
      table.put(Integer.parseInt(rows.group(1)), rows.group(3));
    }

    assertThat(table.keySet())
        .containsExactly(Exit.OK, Exit.FAILED, Exit.USAGE, Exit.ADDRESS, Exit.MEMORY);
    CommandLine program = Main.commandLine(new Typed().console(), true);
    String known = program.getSubcommands().keySet().stream().collect(Collectors.joining("|"));
    assertThat(table.values())
        .allMatch(
            commands -> commands.equals("all") || commands.matches("(`(" + known + ")`(, )?)+"));
  }

  @Test
  void theHelpOfTheProgramNamesThemToo() {
    Typed typed = new Typed();
    assertThat(typed.run("--help")).isZero();
    assertThat(typed.out().replaceAll("\\s+", " "))
        .contains("0 done, 1 failed, 2 wrong arguments or configuration, 3 an address");
  }
}
