package io.sluice.cli;

import static java.util.stream.Collectors.joining;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** The nodes of a cluster as lines for people. */
final class NodeTable {

  private static final String ROW = "  %s %-16s  %-21s  %-12s %11s %8s %8s  %s";

  private NodeTable() {}

  /** A line about all, one of headings, and one for each; empty for a node without others. */
  static List<String> lines(JsonObject nodes) {
    JsonArray list = nodes.getJsonArray("nodes", new JsonArray());
    long size = nodes.getLong("size", 1L);
    if (size == 1 && list.size() < 2) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "nodes        %d of %d, %s (%d are a majority)"
            .formatted(
                list.size(),
                size,
                nodes.getBoolean("quorum", false) ? "quorum" : "NO QUORUM",
                nodes.getLong("majority", 1L)));
    lines.add(
        ROW.formatted(
            " ", "id", "address", "version", "connections", "readers", "follows", "state"));
    for (int i = 0; i < list.size(); i++) {
      lines.add(row(list.getJsonObject(i)).stripTrailing());
    }
    return lines;
  }

  private static String row(JsonObject node) {
    return ROW.formatted(
        node.getBoolean("self", false) ? "*" : " ",
        text(node, "id"),
        text(node, "address"),
        text(node, "version"),
        text(node, "connections"),
        text(node, "readers"),
        text(node, "follows"),
        state(node));
  }

  private static String state(JsonObject node) {
    if (!node.getBoolean("answers", true)) {
      return "NO ANSWER";
    }
    String reasons =
        node.getJsonArray("reasons", new JsonArray()).stream()
            .map(String::valueOf)
            .collect(joining(", "));
    long behind = node.getJsonObject("lag", new JsonObject()).getLong("channels-behind", 0L);
    String state = reasons.isEmpty() ? "ready" : "NOT READY: " + Console.oneLine(reasons);
    return behind == 0 ? state : state + ", " + behind + " channels behind";
  }

  private static String text(JsonObject node, String key) {
    Object value = node.getValue(key);
    return value == null ? "" : Console.oneLine(value.toString());
  }
}
