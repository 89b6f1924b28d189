package io.sluice.admin;

import io.sluice.channel.nodes.Neighbours;
import io.sluice.config.Transport;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All nodes, as JSON: each is asked about itself at the moment of the request, so that nothing here
 * is older than an answer. A node that does not answer is shown as {@code "answers": false}.
 */
final class Neighbourhood {

  private final Neighbours neighbours;

  Neighbourhood(Neighbours neighbours) {
    this.neighbours = neighbours;
  }

  /** What {@code GET /nodes} says. */
  Future<JsonObject> nodes() {
    return neighbours
        .askAll(Answering.aboutNode())
        .map(
            answers -> {
              JsonArray nodes = new JsonArray();
              for (Neighbours.Node node : neighbours.nodes()) {
                nodes.add(describe(node).mergeIn(answer(answers, node)));
              }
              return new JsonObject()
                  .put("size", neighbours.size())
                  .put("majority", neighbours.size() / 2 + 1)
                  .put("quorum", neighbours.hasQuorum())
                  .put("nodes", nodes);
            });
  }

  /** Adds to a channel who orders it, and its readers: of all nodes together, and of each. */
  Future<JsonObject> readersOf(String channel, JsonObject shown) {
    return neighbours
        .askAll(Answering.aboutReaders(channel))
        .map(
            answers -> {
              JsonObject nodes = new JsonObject();
              JsonObject sum = new JsonObject();
              for (Transport transport : Transport.values()) {
                sum.put(transport.word(), 0L);
              }
              sum.put("total", 0L);
              for (Neighbours.Node node : neighbours.nodes()) {
                JsonObject readers = answer(answers, node);
                nodes.put(node.id(), readers);
                sum.fieldNames()
                    .forEach(key -> sum.put(key, sum.getLong(key) + readers.getLong(key, 0L)));
              }
              return shown
                  .put("readers", sum)
                  .put("nodes", nodes)
                  .put("owner", neighbours.ownerOf(channel));
            });
  }

  /** How many read each of these channels, on all nodes that answer. */
  Future<Map<String, Long>> totals(List<String> channels) {
    return neighbours
        .askAll(Answering.aboutTotals(channels))
        .map(
            answers -> {
              Map<String, Long> sums = new HashMap<>();
              for (String answer : answers.values()) {
                JsonObject totals = new JsonObject(answer);
                totals
                    .fieldNames()
                    .forEach(channel -> sums.merge(channel, totals.getLong(channel), Long::sum));
              }
              return sums;
            });
  }

  private static JsonObject describe(Neighbours.Node node) {
    return new JsonObject()
        .put("id", node.id())
        .put("address", node.address())
        .put("version", node.version())
        .put("self", node.self());
  }

  private static JsonObject answer(Map<String, String> answers, Neighbours.Node node) {
    @Nullable String answer = answers.get(node.id());
    return answer == null ? new JsonObject().put("answers", false) : new JsonObject(answer);
  }
}
