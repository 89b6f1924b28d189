package io.sluice.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The program. */
public final class Main {

  private Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    beforehand(System.getProperties(), Runtime.getRuntime().availableProcessors());
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = run(new Console(System.in, out, err, System.getenv()), args);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /**
   * Says what is read once in the life of a process, before anything reads it. What the user has
   * said stays.
   */
  static void beforehand(Properties properties, int cores) {
    if (cores < 3) {
      // Else the common pool has one thread, and Hazelcast starts one for each answer instead.
      properties.putIfAbsent("java.util.concurrent.ForkJoinPool.common.parallelism", "2");
    }
    // It logs before it has read its settings.
    properties.putIfAbsent("hazelcast.logging.type", "slf4j");
  }

  /** Runs one command; returns its exit code. */
  static int run(Console console, String... args) {
    return commandLine(console, Arrays.asList(args).contains("--no-color")).execute(args);
  }

  static CommandLine commandLine(Console console, boolean plain) {
    CommandLine line = new CommandLine(new SluiceCommand());
    for (Object command :
        List.of(
            new ServeCommand(console),
            new DemoCommand(console),
            new PublishCommand(console),
            new SubscribeCommand(console),
            new StatusCommand(console),
            new BenchCommand(console),
            new CheckCommand(console),
            config(console),
            new CommandLine(new RouteCommand()).addSubcommand(new RouteExplainCommand(console)),
            new ReloadCommand(console),
            new HealthCommand(console),
            new VersionCommand(console))) {
      line.addSubcommand(command);
    }
    line.setOut(console.out());
    line.setErr(console.err());
    line.setColorScheme(CommandLine.Help.defaultColorScheme(plain ? Ansi.OFF : Ansi.AUTO));
    // "@file" is an argument of publish, not a file with arguments.
    line.setExpandAtFiles(false);
    line.setUsageHelpAutoWidth(true);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler((wrong, given) -> onUsage(console, wrong));
    line.setExecutionExceptionHandler((failure, command, parsed) -> onFailure(console, failure));
    return line;
  }

  private static CommandLine config(Console console) {
    return new CommandLine(new ConfigCommand())
        .addSubcommand(new ConfigShowCommand(console))
        .addSubcommand(new ConfigSchemaCommand(console));
  }

  private static int onUsage(Console console, CommandLine.ParameterException wrong) {
    CommandLine command = wrong.getCommandLine();
    String name = command.getCommandSpec().qualifiedName(" ");
    console.note("sluice: " + wrong.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(wrong, console.err());
    console.note("Try: " + name + " --help");
    return Exit.USAGE;
  }

  private static int onFailure(Console console, Exception failure) throws Exception {
    if (failure instanceof Failure expected) {
      console.note(expected.getMessage());
      return expected.code();
    }
    throw failure;
  }
}
