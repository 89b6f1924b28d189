package io.sluice.admin;

import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.http.Connections;
import io.sluice.http.RequestTarget;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the node holds, and its neighbours, as JSON in bounded pages. */
final class Inspection {

  static final int MAX_PAGE = 1000;
  private static final int DEFAULT_PAGE = 100;

  private final AdminNode node;
  private final Broker broker;
  private final Neighbourhood neighbourhood;

  Inspection(AdminNode node) {
    this.node = node;
    this.broker = node.parts().broker();
    this.neighbourhood = new Neighbourhood(node.parts().neighbours());
  }

  /** A page's size, or null if the text is none. */
  static @Nullable Integer limit(@Nullable String text) {
    if (text == null) {
      return DEFAULT_PAGE;
    }
    int limit = text.matches("[0-9]{1,4}") ? Integer.parseInt(text) : 0;
    return limit < 1 || limit > MAX_PAGE ? null : limit;
  }

  /** Channels in the order of their names, after {@code ?after=}. */
  Future<JsonObject> channels(RequestTarget target, int limit) {
    String after = target.parameter("after");
    return broker
        .list(after == null ? "" : after, limit)
        .compose(
            infos ->
                neighbourhood
                    .totals(infos.stream().map(Broker.Info::channel).toList())
                    .map(totals -> page(infos, totals, limit)));
  }

  private static JsonObject page(List<Broker.Info> infos, Map<String, Long> totals, int limit) {
    JsonArray channels = new JsonArray();
    for (Broker.Info info : infos) {
      long total = totals.getOrDefault(info.channel(), 0L);
      channels.add(json(info, new JsonObject().put("total", total)));
    }
    JsonObject page = new JsonObject().put("channels", channels);
    return infos.size() == limit ? page.put("next", infos.get(infos.size() - 1).channel()) : page;
  }

  /** One channel with its readers on each node by transport; null for an unknown one. */
  Future<@Nullable JsonObject> channel(String channel) {
    return broker
        .inspect(channel)
        .compose(
            info ->
                info == null
                    ? Future.<@Nullable JsonObject>succeededFuture(null)
                    : neighbourhood.readersOf(channel, json(info, new JsonObject())));
  }

  /** All nodes. */
  Future<JsonObject> nodes() {
    return neighbourhood.nodes();
  }

  private static JsonObject json(Broker.Info info, JsonObject readers) {
    return new JsonObject()
        .put("channel", info.channel())
        .put("cursor", Cursor.part(Channel.hash(info.channel()), info.head()))
        .put("epoch", String.format("%016x", info.head().epoch()))
        .put("offset", info.head().offset())
        .put("readers", readers)
        .put("history", new JsonObject().put("count", info.count()).put("bytes", info.bytes()));
  }

  /**
   * Connections in the order of their ids, after {@code ?after=}; with {@code ?channel=} those that
   * read it.
   */
  Future<JsonObject> connections(RequestTarget target, int limit) {
    String asked = target.parameter("after");
    String after = asked == null ? "" : asked;
    String channel = target.parameter("channel");
    return node.askAll(connections -> part(connections, after, channel, limit))
        .map(parts -> join(parts, limit));
  }

  /** A loop's part of a page, as values. */
  private record Part(int open, List<JsonObject> rows) {}

  /** A connection and its id, which is made when it is asked for. */
  private record Named(String id, Connections.Connection connection) {}

  private static Part part(
      Connections connections, String after, @Nullable String channel, int limit) {
    Stream<Named> asked =
        connections.snapshot().stream()
            .map(connection -> new Named(connection.id(), connection))
            .filter(each -> each.id.compareTo(after) > 0)
            .filter(each -> channel == null || each.connection.channels().contains(channel));
    List<JsonObject> rows =
        asked
            .sorted(Comparator.comparing(Named::id))
            .limit(limit)
            .map(each -> json(each.connection))
            .toList();
    return new Part(connections.size(), rows);
  }

  private static JsonObject join(List<Part> parts, int limit) {
    List<JsonObject> rows =
        parts.stream()
            .map(Part::rows)
            .flatMap(Collection::stream)
            .sorted(Comparator.comparing((JsonObject row) -> row.getString("id")))
            .limit(limit)
            .toList();
    JsonObject page =
        new JsonObject()
            .put("open", parts.stream().mapToInt(Part::open).sum())
            .put("connections", new JsonArray(rows));
    return rows.size() == limit ? page.put("next", rows.get(limit - 1).getString("id")) : page;
  }

  private static JsonObject json(Connections.Connection connection) {
    return new JsonObject()
        .put("id", connection.id())
        .put("transport", connection.transport().word())
        .put("remote", connection.remote())
        .put("channels", new JsonArray(List.copyOf(connection.channels())))
        .put("cursor", connection.cursor())
        .put("opened", Instant.ofEpochMilli(connection.openedMs()).toString())
        .put("events", connection.events());
  }
}
