package io.sluice.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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

  @Option(
      names = "--admin",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:8082",
      description = "The gateway's admin listener (default: ${DEFAULT-VALUE}).")
  private URI admin = URI.create("http://127.0.0.1:8082");

  @Option(names = "--live", description = "Ask whether it is live instead.")
  private boolean live;

  @Mixin private TrustOption trust = new TrustOption();

  private final Requests requests = new Requests(trust, Duration.ofSeconds(5));

  @Option(names = "--format", defaultValue = "text", description = "text or json.")
  private Format format = Format.TEXT;

  HealthCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    String word = live ? "live" : "ready";
    HttpResponse<String> answer =
        requests.send(
            HttpRequest.newBuilder(Requests.below(admin, live ? "/livez" : "/readyz")),
            "start the gateway, or say where its admin listener is with --admin");
    boolean yes = answer.statusCode() == 200;
    JsonArray reasons = reasons(answer.body());
    if (format == Format.JSON) {
      console.print(new JsonObject().put(word, yes).put("reasons", reasons).encode());
    } else {
      String why = reasons.stream().map(String::valueOf).collect(Collectors.joining(", "));
      console.print(
          (yes ? "" : "not ") + word + (why.isEmpty() ? "" : ": " + Console.oneLine(why)));
    }
    return yes ? Exit.OK : Exit.FAILED;
  }

  private static JsonArray reasons(String body) {
    try {
      return new JsonObject(body).getJsonArray("reasons", new JsonArray());
    } catch (DecodeException | ClassCastException notOurs) {
      return new JsonArray();
    }
  }
}
