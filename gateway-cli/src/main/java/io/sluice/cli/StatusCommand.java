package io.sluice.cli;

import static java.util.stream.Collectors.joining;

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

/** {@code sluice status}: how a gateway is. */
@Command(
    name = "status",
    description = "Show a running gateway's health, connections and channels.",
    footer = {"", "Exit codes: 0 ready, 1 not ready or no answer."})
final class StatusCommand implements Callable<Integer> {

  private static final int SHOWN = 20;

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

  StatusCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    boolean live = get("/livez").statusCode() == 200;
    HttpResponse<String> readiness = get("/readyz");
    boolean ready = readiness.statusCode() == 200;
    Numbers numbers = new Numbers(get("/metrics").body());
    JsonObject status =
        new JsonObject()
            .put("live", live)
            .put("ready", ready)
            .put("reasons", object(readiness.body()).getJsonArray("reasons", new JsonArray()))
            .put("connections", new JsonObject(numbers.byLabel("sluice_connections", "transport")))
            .put("readers", numbers.total("sluice_subscriptions"))
            .put("published", numbers.total("sluice_events_published_total"))
            .put("delivered", numbers.total("sluice_events_delivered_total"))
            .put("channels", numbers.total("sluice_channels"))
            .put("list", channels());
    if (format == Format.JSON) {
      console.print(status.encode());
    } else {
      print(status);
    }
    return ready ? Exit.OK : Exit.FAILED;
  }

  private void print(JsonObject status) {
    JsonObject connections = status.getJsonObject("connections");
    long open = connections.stream().mapToLong(entry -> (Long) entry.getValue()).sum();
    String reasons =
        status.getJsonArray("reasons").stream().map(String::valueOf).collect(joining(", "));
    console.print(
        "health       %s, %s%s"
            .formatted(
                status.getBoolean("live") ? "live" : "NOT LIVE",
                status.getBoolean("ready") ? "ready" : "NOT READY",
                reasons.isEmpty() ? "" : ": " + Console.oneLine(reasons)));
    console.print(
        "events       %d published, %d delivered"
            .formatted(status.getLong("published"), status.getLong("delivered")));
    console.print("connections  %d (%d readers)".formatted(open, status.getLong("readers")));
    connections.forEach(
        entry -> console.print("  %-11s%6d".formatted(entry.getKey(), (Long) entry.getValue())));
    console.print("channels     " + status.getLong("channels"));
    JsonArray list = status.getJsonArray("list");
    for (int i = 0; i < list.size(); i++) {
      console.print(words(list.getJsonObject(i)));
    }
    if (status.getLong("channels") > list.size()) {
      console.print("  … the others: GET /channels?after=NAME on the admin listener");
    }
  }

  private static String words(JsonObject channel) {
    JsonObject history = channel.getJsonObject("history", new JsonObject());
    return "  %-24s %5d readers  %6d events  %9d bytes"
        .formatted(
            Console.oneLine(channel.getString("channel", "")),
            channel.getJsonObject("readers", new JsonObject()).getLong("total", 0L),
            history.getLong("count", 0L),
            history.getLong("bytes", 0L));
  }

  /** The first channels by name. */
  private JsonArray channels() throws Failure, InterruptedException {
    HttpResponse<String> response = get("/channels?limit=" + SHOWN);
    JsonArray channels = object(response.body()).getJsonArray("channels");
    if (response.statusCode() != 200 || channels == null) {
      throw new Failure(
          Exit.FAILED,
          "sluice: unexpected answer · %s = HTTP %d (expected a list): is --admin the admin listener?"
              .formatted(Requests.below(admin, "/channels"), response.statusCode()));
    }
    return channels;
  }

  private HttpResponse<String> get(String path) throws Failure, InterruptedException {
    return requests.send(
        HttpRequest.newBuilder(Requests.below(admin, path)),
        "start the gateway, or say where its admin listener is with --admin");
  }

  /** A JSON object; an empty one if it is none. */
  private static JsonObject object(String text) {
    try {
      return new JsonObject(text);
    } catch (DecodeException notJson) {
      return new JsonObject();
    }
  }
}
