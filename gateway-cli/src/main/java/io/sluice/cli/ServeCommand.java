package io.sluice.cli;

import io.sluice.config.Config;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
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
          + "client why, and exits with 0."
    },
    footer = {"", "Example:", "  sluice serve --config conf/quickstart.yaml"})
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
    Config config =
        file == null
            ? options.readBuiltIn(console.environment())
            : options.read(file, console.environment());
    LongSupplier droppedLines = options.startLog();
    try {
      new Serving(console, droppedLines)
          .run(config, bound -> new Greeting(config, bound).lines().forEach(console::print));
    } finally {
      Logging.stop();
    }
    return Exit.OK;
  }
}
