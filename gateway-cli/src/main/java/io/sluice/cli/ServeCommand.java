package io.sluice.cli;

import io.sluice.config.ConfigReader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice serve}: the gateway. */
@Command(
    name = "serve",
    description = {
      "Run the gateway until SIGINT or SIGTERM.",
      "",
      "It prints where it listens and how to subscribe and publish by curl. A stop tells every "
          + "client why, and exits with 0. SIGHUP, or 'sluice reload', takes over a changed "
          + "configuration; one with a mistake changes nothing."
    },
    footer = {
      "",
      "Example:",
      "  sluice serve --config conf/quickstart.yaml",
      "",
      "Exit codes: 0 stopped in order, 1 not started or not stopped in order, 2 wrong arguments or "
          + "configuration, 3 an address cannot be bound, 134 out of memory."
    })
final class ServeCommand implements Callable<Integer> {

  private final Console console;

  @Mixin private GatewayOptions options = new GatewayOptions();

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration (default: the built-in quick start).")
  private @Nullable Path file;

  ServeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    Supplier<ConfigReader.Result> source =
        file == null
            ? options.builtIn(console.environment())
            : options.source(file, console.environment());
    ConfigReader.Result.Accepted first = GatewayOptions.accepted(source.get());
    Findings.of(file == null ? "quickstart.yaml" : file.toString(), first).refuseProblems();
    LongSupplier droppedLines = options.startLog();
    try {
      new Serving(console, droppedLines)
          .run(
              first,
              source,
              on -> new Greeting(first, on.bound()).lines(on.unready()).forEach(console::print));
    } finally {
      Logging.stop();
    }
    return Exit.OK;
  }
}
