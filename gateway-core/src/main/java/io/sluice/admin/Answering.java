package io.sluice.admin;

import io.sluice.channel.nodes.Neighbours;
import io.sluice.config.Transport;
import io.sluice.http.Connections;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What this node says of itself when it is asked, by any node and itself alike: small JSON, which
 * only {@link Neighbourhood} reads. Any thread may call.
 */
final class Answering {

  private final AdminNode node;

  Answering(AdminNode node) {
    this.node = node;
  }

  /** How the node is. */
  static String aboutNode() {
    return new JsonObject().put("ask", "node").encode();
  }

  /** Who reads a channel there. */
  static String aboutReaders(String channel) {
    return new JsonObject().put("ask", "readers").put("channel", channel).encode();
  }

  /** How many read each of these channels there. */
  static String aboutTotals(List<String> channels) {
    return new JsonObject().put("ask", "totals").put("channels", new JsonArray(channels)).encode();
  }

  /** Fails at a question of another version of the program, which then counts as no answer. */
  Future<String> answer(String question) {
    JsonObject asked = new JsonObject(question);
    String channel = asked.getString("channel", "");
    return switch (asked.getString("ask", "")) {
      case "node" -> node.askAll(Open::of).map(open -> self(open).encode());
      case "readers" ->
          node.askAll(connections -> readers(connections, channel))
              .map(perLoop -> sum(perLoop).encode());
      case "totals" -> Future.succeededFuture(totals(asked.getJsonArray("channels")).encode());
      default -> Future.failedFuture("unknown question " + question);
    };
  }

  private JsonObject totals(JsonArray channels) {
    JsonObject totals = new JsonObject();
    for (Object channel : channels) {
      int readers = node.parts().hub().readers((String) channel);
      if (readers > 0) {
        totals.put((String) channel, readers);
      }
    }
    return totals;
  }

  /** What a loop has open. */
  private record Open(int connections, int readers) {
    static Open of(Connections connections) {
      int[] readers = {0};
      connections.forEach(connection -> readers[0] += connection.channels().size());
      return new Open(connections.size(), readers[0]);
    }
  }

  private JsonObject self(List<Open> open) {
    List<String> reasons = node.parts().unready().get();
    Neighbours.State state = node.parts().neighbours().state();
    JsonObject self =
        new JsonObject()
            .put("ready", reasons.isEmpty())
            .put("reasons", new JsonArray(reasons))
            .put("connections", open.stream().mapToInt(Open::connections).sum())
            .put("readers", open.stream().mapToInt(Open::readers).sum());
    return state == null
        ? self
        : self.put("follows", state.followed())
            .put(
                "lag",
                new JsonObject()
                    .put("channels-behind", state.behind())
                    .put("waiting-bytes", state.waitingBytes())
                    .put("compared-ms", state.comparedMs()));
  }

  private static Map<Transport, Integer> readers(Connections connections, String channel) {
    Map<Transport, Integer> readers = new EnumMap<>(Transport.class);
    connections.forEach(
        connection -> {
          if (connection.channels().contains(channel)) {
            readers.merge(connection.transport(), 1, Integer::sum);
          }
        });
    return readers;
  }

  private static JsonObject sum(List<Map<Transport, Integer>> perLoop) {
    JsonObject json = new JsonObject();
    int total = 0;
    for (Transport transport : Transport.values()) {
      int count = perLoop.stream().mapToInt(each -> each.getOrDefault(transport, 0)).sum();
      json.put(transport.word(), count);
      total += count;
    }
    return json.put("total", total);
  }
}
