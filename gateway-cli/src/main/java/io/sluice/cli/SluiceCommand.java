package io.sluice.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command without a verb: says what there is. */
@Command(
    name = "sluice",
    mixinStandardHelpOptions = false,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Sluice delivers events to browsers and devices over WebSocket, Server-Sent Events, long "
          + "polling and polling. Apps publish them by plain HTTP.",
      "",
      "New here? Run 'sluice demo' and open the address it prints."
    },
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong arguments or configuration, 3 an address cannot be "
          + "bound; 134 out of memory."
    },
    commandListHeading = "%nCommands:%n",
    optionListHeading = "%nOptions:%n")
@SuppressWarnings("UnusedVariable") // picocli acts on both options itself
final class SluiceCommand implements Runnable {

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show this help.")
  private boolean help;

  @Option(
      names = "--no-color",
      scope = ScopeType.INHERIT,
      description = "Plain text; the variable NO_COLOR does the same.")
  private boolean noColor;

  @Override
  public void run() {
    throw missing(spec);
  }

  /** That a command is not enough by itself. */
  static CommandLine.ParameterException missing(CommandSpec spec) {
    String commands = String.join(", ", spec.subcommands().keySet());
    return new CommandLine.ParameterException(
        spec.commandLine(), "a command is missing (expected one of " + commands + ")");
  }
}
