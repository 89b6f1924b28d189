package io.sluice.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice health}: one question, answered by the exit code. */
@Command(
    name = "health",
    description = {
      "Ask a running gateway whether it is ready; for the health checks of containers.",
      "",
      "A gateway that drains, or whose listeners are not open yet, is live but not ready."
    },
    footer = {
      "",
      "Examples:",
      "  sluice health",
      "  sluice health --live --admin http://10.0.0.5:8082",
      "",
      "Exit codes: 0 yes, 1 no, or no answer."
    })
final class HealthCommand implements Callable<Integer> {

  private final Console console;

  @Mixin private AdminOption gateway = new AdminOption(Duration.ofSeconds(5));

  @Option(names = "--live", description = "Ask whether it is live instead.")
  private boolean live;

  HealthCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    String word = live ? "live" : "ready";
    AdminOption.Answer answer = gateway.get(live ? "/livez" : "/readyz");
    boolean yes = answer.isOk();
    if (!Boolean.valueOf(yes).equals(answer.json().getValue(word))) {
      throw answer.unexpected("unexpected answer", "whether it is " + word);
    }
    JsonArray reasons = answer.list("reasons");
    if (gateway.isJson()) {
      console.print(new JsonObject().put(word, yes).put("reasons", reasons).encode());
    } else {
      String why = reasons.stream().map(String::valueOf).collect(Collectors.joining(", "));
      console.print(
          (yes ? "" : "not ") + word + (why.isEmpty() ? "" : ": " + Console.oneLine(why)));
    }
    return yes ? Exit.OK : Exit.FAILED;
  }
}
