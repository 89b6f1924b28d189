package io.sluice.cli;

import static java.util.stream.Collectors.joining;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sluice status}: how a gateway is. */
@Command(
    name = "status",
    description = "Show a running gateway's health, nodes, connections and channels.",
    footer = {"", "Exit codes: 0 ready, 1 not ready or no answer."})
final class StatusCommand implements Callable<Integer> {

  private static final int SHOWN = 20;

  private final Console console;

  @Mixin private AdminOption gateway = new AdminOption();

  StatusCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    boolean live = gateway.get("/livez").isOk();
    AdminOption.Answer readiness = gateway.get("/readyz");
    boolean ready = readiness.isOk();
    AdminOption.Answer channels = gateway.get("/channels?limit=" + SHOWN);
    Numbers numbers = new Numbers(gateway.get("/metrics").body());
    JsonObject status =
        new JsonObject()
            .put("live", live)
            .put("ready", ready)
            .put("reasons", readiness.list("reasons"))
            .put("connections", new JsonObject(numbers.byLabel("sluice_connections", "transport")))
            .put("readers", numbers.total("sluice_subscriptions"))
            .put("published", numbers.total("sluice_events_published_total"))
            .put("delivered", numbers.total("sluice_events_delivered_total"))
            .put("channels", numbers.total("sluice_channels"))
            .put("list", channels(channels))
            .put("cluster", nodes());
    if (!channels.isOk()) {
      status.put("list-problem", channels.json().getString("detail"));
    }
    if (gateway.isJson()) {
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
    List<String> nodes = NodeTable.lines(status.getJsonObject("cluster"));
    nodes.forEach(console::print);
    String here = nodes.isEmpty() ? "" : " at this node";
    console.print(
        "events       %d published, %d delivered%s"
            .formatted(status.getLong("published"), status.getLong("delivered"), here));
    console.print(
        "connections  %d (%d readers)%s".formatted(open, status.getLong("readers"), here));
    connections.forEach(
        entry -> console.print("  %-11s%6d".formatted(entry.getKey(), (Long) entry.getValue())));
    console.print(
        "channels     %d%s"
            .formatted(status.getLong("channels"), nodes.isEmpty() ? "" : " kept at this node"));
    JsonArray list = status.getJsonArray("list");
    for (int i = 0; i < list.size(); i++) {
      console.print(words(list.getJsonObject(i)));
    }
    if (status.containsKey("list-problem")) {
      console.print("  not known now: " + Console.oneLine(status.getString("list-problem")));
    } else if (nodes.isEmpty() ? status.getLong("channels") > list.size() : list.size() == SHOWN) {
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

  /** The first channels by name; none where the gateway cannot tell them now. */
  private static JsonArray channels(AdminOption.Answer answer) throws Failure {
    if (answer.isOk() && answer.json().getValue("channels") instanceof JsonArray channels) {
      return channels;
    }
    if (answer.status() == 503 && answer.json().getValue("detail") instanceof String) {
      return new JsonArray();
    }
    throw answer.unexpected("unexpected answer", "a list of channels");
  }

  private JsonObject nodes() throws Failure, InterruptedException {
    AdminOption.Answer answer = gateway.get("/nodes");
    if (answer.isOk() && answer.json().getValue("nodes") instanceof JsonArray) {
      return answer.json();
    }
    throw answer.unexpected("unexpected answer", "the nodes");
  }
}
