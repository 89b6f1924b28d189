package io.sluice.cli;

import io.sluice.cli.demo.DemoApp;
import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sluice demo}: the gateway with a sample app behind it. */
@Command(
    name = "demo",
    description = {
      "Run the gateway with a sample app behind it, to try it out.",
      "",
      "The app shows this machine's load live, a chat, and a playground of the four transports."
    },
    footer = {
      "",
      "Exit codes: 0 stopped in order, 1 not started or not stopped in order, 2 wrong arguments or "
          + "configuration, 3 an address cannot be bound, 134 out of memory."
    })
final class DemoCommand implements Callable<Integer> {

  private final Console console;

  @Mixin private GatewayOptions options = new GatewayOptions();

  DemoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    Config quickstart =
        GatewayOptions.accepted(options.builtIn(console.environment()).get()).config();
    LongSupplier droppedLines = options.startLog();
    try (DemoApp app = DemoApp.start()) {
      ConfigReader.Result.Accepted accepted =
          new ConfigReader.Result.Accepted(Configs.upstream(quickstart, app.uri()));
      new Serving(console, droppedLines)
          .run(
              accepted,
              () -> accepted,
              on -> {
                app.open(URI.create(Reach.clear(on.bound().publish()).url()));
                new Greeting(accepted, on.bound()).lines(on.unready()).forEach(console::print);
                pages(Reach.clear(on.bound().publicAddress()).url());
              });
    } catch (IOException e) {
      throw new Failure(
          Exit.ADDRESS,
          "sluice: the sample app cannot listen · 127.0.0.1 = %s: free a port".formatted(e));
    } finally {
      Logging.stop();
    }
    return Exit.OK;
  }

  private void pages(String url) {
    console.print("");
    console.print("Open in a browser:");
    console.print("  this machine, live  " + url + "/");
    console.print("  chat                " + url + "/chat");
    console.print("  four transports     " + url + "/playground");
  }
}
