package io.sluice.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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

  @Mixin private AdminOption gateway = new AdminOption();

  ReloadCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    AdminOption.Answer answer = gateway.post("/reload");
    JsonObject json = answer.json();
    boolean known =
        answer.isOk()
            ? json.getValue("routes") instanceof JsonObject
            : json.getValue("problems") instanceof JsonArray;
    if (known && gateway.isJson()) {
      console.print(json.encode());
    } else if (known && answer.isOk()) {
      print(json);
    } else if (known) {
      for (Object each : answer.list("problems")) {
        console.note(
            Console.oneLine(
                each instanceof JsonObject one ? one.getString("text", "") : "" + each));
      }
      console.note("sluice: " + Console.oneLine(json.getString("detail", "not reloaded")));
    } else {
      throw answer.unexpected("not reloaded", "what a reload did");
    }
    return answer.isOk() ? Exit.OK : Exit.USAGE;
  }

  private void print(JsonObject json) {
    JsonObject routes = json.getJsonObject("routes", new JsonObject());
    console.print(
        "reloaded: routes %d kept, %d changed, %d added, %d removed; clients told to come back: %d"
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
}
