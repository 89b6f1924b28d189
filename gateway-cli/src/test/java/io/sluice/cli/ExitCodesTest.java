package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The README's table of exit codes has those of the program, and its commands. */
final class ExitCodesTest {

  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| (\\d+) \\| ([^|]+) \\| ([^|]+) \\|$");

  private static final Pattern CODE = Pattern.compile("(?:: |, )(\\d+) ");

  /** Those that its help names. */
  private static Set<Integer> codes(CommandLine command) {
    String help = command.getUsageMessage(CommandLine.Help.Ansi.OFF).replaceAll("\\s+", " ");
    Set<Integer> codes = new TreeSet<>();
    Matcher found = CODE.matcher(help.substring(Math.max(0, help.lastIndexOf("Exit codes: "))));
    while (help.contains("Exit codes: ") && found.find()) {
      codes.add(Integer.parseInt(found.group(1)));
    }
    command.getSubcommands().values().forEach(each -> codes.addAll(codes(each)));
    return codes;
  }

  @Test
  void theHelpOfEachCommandNamesTheCodesThatTheTableGivesIt() throws IOException {
    Matcher rows = ROW.matcher(Files.readString(Path.of("../README.md")));
    Map<String, Set<Integer>> special = new TreeMap<>();
    while (rows.find()) {
      int code = Integer.parseInt(rows.group(1));
      for (String command : rows.group(3).replaceAll("[`,]", "").split(" ", -1)) {
        special.computeIfAbsent(command, none -> new TreeSet<>()).add(code);
      }
    }
    assertThat(special.remove("all")).containsExactly(Exit.OK, Exit.USAGE);
    Main.commandLine(new Typed().console(), true)
        .getSubcommands()
        .forEach(
            (name, command) -> {
              Set<Integer> codes = codes(command);
              codes.removeAll(Set.of(Exit.OK, Exit.USAGE));
              assertThat(codes).as(name).isEqualTo(special.getOrDefault(name, Set.of()));
            });
  }

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
