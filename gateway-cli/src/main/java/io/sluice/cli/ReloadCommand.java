package io.sluice.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice reload}: a running gateway reads its configuration anew. */
@Command(
    name = "reload",
    description = {
      "Let a running gateway take over its changed configuration.",
      "",
      "Routes that did not change keep every connection; clients of those that did are told to "
          + "come back. A configuration with a mistake changes nothing."
    },
    footer = {
      "",
      "Example:",
      "  sluice reload --admin http://127.0.0.1:8082",
      "",
      "Exit codes: 0 done, 1 no answer, 2 the configuration has mistakes."
    })
final class ReloadCommand implements Callable<Integer> {

  private final Console console;

  @Option(
      names = "--admin",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:8082",
      description = "The gateway's admin listener (default: ${DEFAULT-VALUE}).")
  private URI admin = URI.create("http://127.0.0.1:8082");

  @Mixin private TrustOption trust = new TrustOption();

  private final Requests requests = new Requests(trust);

  @Option(names = "--format", defaultValue = "text", description = "text or json.")
  private Format format = Format.TEXT;

  ReloadCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    HttpResponse<String> answer =
        requests.send(
            HttpRequest.newBuilder(Requests.below(admin, "/reload"))
                .POST(HttpRequest.BodyPublishers.noBody()),
            "start the gateway, or say where its admin listener is with --admin");
    JsonObject json = object(answer.body());
    boolean known = answer.statusCode() == 200 || json.containsKey("problems");
    if (known && format == Format.JSON) {
      console.print(json.encode());
    } else if (answer.statusCode() == 200) {
      print(json);
    } else if (known) {
      json.getJsonArray("problems")
          .forEach(each -> console.note(Console.oneLine(((JsonObject) each).getString("text"))));
      console.note("sluice: " + Console.oneLine(json.getString("detail")));
    } else {
      throw new Failure(
          Exit.FAILED,
          "sluice: not reloaded · %s = HTTP %d %s: is --admin the admin listener?"
              .formatted(
                  Requests.below(admin, "/reload"),
                  answer.statusCode(),
                  Console.oneLine(json.getString("detail", ""))));
    }
    return answer.statusCode() == 200 ? Exit.OK : Exit.USAGE;
  }

  private void print(JsonObject json) {
    JsonObject routes = json.getJsonObject("routes", new JsonObject());
    console.print(
        "reloaded: push routes %d kept, %d changed, %d added, %d removed; clients told to come back: %d"
            .formatted(
                routes.getInteger("kept", 0),
                routes.getInteger("changed", 0),
                routes.getInteger("added", 0),
                routes.getInteger("removed", 0),
                json.getInteger("connections-ended", 0)));
    JsonArray restart = json.getJsonArray("restart", new JsonArray());
    if (!restart.isEmpty()) {
      console.print(
          "in force only after a restart: "
              + String.join(", ", restart.stream().map(String::valueOf).toList()));
    }
  }

  private static JsonObject object(String text) {
    try {
      return new JsonObject(text);
    } catch (DecodeException notJson) {
      return new JsonObject();
    }
  }
}
