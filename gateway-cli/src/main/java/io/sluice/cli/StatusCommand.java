package io.sluice.cli;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code sluice status}: how a gateway is. */
@Command(
    name = "status",
    description = "Show a running gateway's health, connections and channels.",
    footer = {"", "Exit codes: 0 ready, 1 not ready or no answer."})
final class StatusCommand implements Callable<Integer> {

  private static final int SHOWN = 20;

  private final Console console;
  private final Requests requests = new Requests();

  @Option(
      names = "--admin",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:8082",
      description = "The gateway's admin listener (default: ${DEFAULT-VALUE}).")
  private URI admin = URI.create("http://127.0.0.1:8082");

  @Option(names = "--format", defaultValue = "text", description = "text or json.")
  private Format format = Format.TEXT;

  StatusCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    boolean live = get("/livez").statusCode() == 200;
    HttpResponse<String> readiness = get("/readyz");
    boolean ready = readiness.statusCode() == 200;
    JsonArray channels = list("/channels", "channels");
    JsonArray connections = list("/connections", "connections");
    if (format == Format.JSON) {
      console.print(
          new JsonObject()
              .put("live", live)
              .put("ready", ready)
              .put("connections", new JsonObject(Map.copyOf(byTransport(connections))))
              .put("channels", channels)
              .encode());
    } else {
      print(live, ready, channels, byTransport(connections));
    }
    return ready ? Exit.OK : Exit.FAILED;
  }

  private void print(
      boolean live, boolean ready, JsonArray channels, Map<String, Integer> connections) {
    int total = connections.values().stream().mapToInt(Integer::intValue).sum();
    console.print(
        "health       %s, %s".formatted(live ? "live" : "NOT LIVE", ready ? "ready" : "NOT READY"));
    console.print("connections  " + total);
    connections.forEach((transport, n) -> console.print("  %-11s%d".formatted(transport, n)));
    console.print("channels     " + channels.size());
    for (int i = 0; i < Math.min(SHOWN, channels.size()); i++) {
      JsonObject channel = channels.getJsonObject(i);
      JsonObject history = channel.getJsonObject("history", new JsonObject());
      console.print(
          "  %-30s %6s readers %8s events %10s bytes"
              .formatted(
                  Console.oneLine(channel.getString("channel", "")),
                  channel.getValue("readers", 0),
                  history.getValue("count", 0),
                  history.getValue("bytes", 0)));
    }
    if (channels.size() > SHOWN) {
      console.print("  and %d more: --format json shows all".formatted(channels.size() - SHOWN));
    }
  }

  /** How many connections there are by each transport; the words sorted. */
  private static Map<String, Integer> byTransport(JsonArray connections) {
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < connections.size(); i++) {
      counts.merge(connections.getJsonObject(i).getString("transport", "?"), 1, Integer::sum);
    }
    return counts;
  }

  private HttpResponse<String> get(String path) throws Failure, InterruptedException {
    return requests.send(
        HttpRequest.newBuilder(Requests.below(admin, path)),
        "start the gateway, or say where its admin listener is with --admin");
  }

  private JsonArray list(String path, String member) throws Failure, InterruptedException {
    HttpResponse<String> response = get(path);
    try {
      if (response.statusCode() == 200
          && Json.decodeValue(response.body()) instanceof JsonObject object
          && object.getValue(member) instanceof JsonArray array) {
        return array;
      }
    } catch (DecodeException notJson) {
      throw notAdmin(path, response);
    }
    throw notAdmin(path, response);
  }

  private Failure notAdmin(String path, HttpResponse<String> response) {
    return new Failure(
        Exit.FAILED,
        "sluice: unexpected answer · %s = HTTP %d (expected a list): is --admin the admin listener?"
            .formatted(Requests.below(admin, path), response.statusCode()));
  }
}
