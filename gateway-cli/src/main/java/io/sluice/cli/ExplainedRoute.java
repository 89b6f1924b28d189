package io.sluice.cli;

import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.Problem;
import io.sluice.server.Explanation;
import io.sluice.server.Explanation.Candidate;
import io.sluice.server.Explanation.Ending;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What would become of a request, for people and for programs.
 *
 * @param method of the request
 * @param url of the request, as it was asked for
 * @param explanation what becomes of it
 */
record ExplainedRoute(String method, String url, Explanation explanation) {

  /** Whether the gateway itself would answer, and not with what was asked for. */
  boolean isRefused() {
    return explanation.ending() instanceof Ending.Refused;
  }

  /** For people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(method + " " + url);
    int width =
        explanation.candidates().stream()
            .mapToInt(candidate -> candidate.route().path().text().length())
            .max()
            .orElse(0);
    for (Candidate each : explanation.candidates()) {
      lines.add(
          ("  routes[%d]  %-" + Math.max(1, width) + "s  %s")
              .formatted(each.index(), each.route().path().text(), words(each)));
    }
    lines.addAll(ending(explanation.ending()));
    return lines;
  }

  private String words(Candidate candidate) {
    return switch (candidate.verdict()) {
      case TAKES ->
          candidate.route().push() != null && !isPassed() ? "takes it" : "takes it: upstream";
      case PASSES_ON -> "matches, but a push route takes no " + method;
      case NOT_ASKED -> "matches too, but a better one takes it";
      case DIFFERS -> "other paths";
    };
  }

  private boolean isPassed() {
    return explanation.ending() instanceof Ending.Passes;
  }

  private List<String> ending(Ending ending) {
    List<String> lines = new ArrayList<>();
    if (ending instanceof Ending.Subscribes subscribes) {
      lines.add("subscribes by " + subscribes.transport().word() + why(subscribes.transport()));
      subscribes
          .channels()
          .forEach((name, history) -> lines.add("  channel  " + name + "  " + words(history)));
      lines.add("  origins  " + origins(subscribes.route()));
    } else if (ending instanceof Ending.Preflight preflight) {
      lines.add("is answered 204: GET, HEAD and OPTIONS are allowed");
      lines.add("  origins  " + origins(preflight.route()));
    } else if (ending instanceof Ending.Passes passes) {
      lines.add("goes to an upstream");
      passes.upstream().targets().forEach(target -> lines.add("  target   " + target));
      lines.add("  path     " + passes.target());
      lines.add("  host     " + passes.upstream().host());
    } else if (ending instanceof Ending.Refused refused) {
      Problem problem = refused.problem();
      lines.add(
          "is refused: %d %s: %s"
              .formatted(problem.kind().status(), problem.kind().slug(), problem.detail()));
    }
    return lines;
  }

  private String why(Transport transport) {
    return switch (transport) {
      case WEBSOCKET -> ": it has Upgrade: websocket";
      case SSE -> ": its Accept names text/event-stream";
      case LONG_POLL -> ": it has wait=N or Prefer: wait=N";
      case POLL ->
          method.equals("HEAD")
              ? ": HEAD is answered like a poll"
              : ": it asks for no other transport";
    };
  }

  private static String words(Route.History history) {
    return "(keeps %d events, %d bytes, %d s)"
        .formatted(history.count(), history.bytes(), history.age().toSeconds());
  }

  private static String origins(Route.Push route) {
    if (route.origins().any()) {
      return "pages of any site";
    }
    return route.origins().exact().isEmpty()
        ? "pages of the same site"
        : "pages of " + String.join(", ", route.origins().exact());
  }

  /** For programs. */
  JsonObject json() {
    JsonArray routes = new JsonArray();
    for (Candidate each : explanation.candidates()) {
      routes.add(
          new JsonObject()
              .put("route", "routes[" + each.index() + "]")
              .put("path", each.route().path().text())
              .put("verdict", each.verdict().name().toLowerCase(Locale.ROOT).replace('_', '-')));
    }
    return new JsonObject()
        .put("method", method)
        .put("target", url)
        .put("routes", routes)
        .put("outcome", outcome(explanation.ending()));
  }

  private JsonObject outcome(Ending ending) {
    if (ending instanceof Ending.Subscribes subscribes) {
      JsonArray channels = new JsonArray();
      subscribes.channels().forEach((name, history) -> channels.add(json(name, history)));
      return new JsonObject()
          .put("kind", "subscribe")
          .put("transport", subscribes.transport().word())
          .put("channels", channels)
          .put("origins", originList(subscribes.route()));
    }
    if (ending instanceof Ending.Preflight preflight) {
      return new JsonObject()
          .put("kind", "preflight")
          .put("origins", originList(preflight.route()));
    }
    if (ending instanceof Ending.Passes passes) {
      return new JsonObject()
          .put("kind", "upstream")
          .put(
              "targets",
              passes.upstream().targets().stream()
                  .map(String::valueOf)
                  .collect(Collectors.collectingAndThen(Collectors.toList(), JsonArray::new)))
          .put("path", passes.target())
          .put("host", passes.upstream().host());
    }
    return refusal((Ending.Refused) ending);
  }

  private static JsonObject refusal(Ending.Refused refused) {
    Problem problem = refused.problem();
    @Nullable Transport transport = refused.transport();
    JsonObject json =
        new JsonObject()
            .put("kind", "refused")
            .put("status", problem.kind().status())
            .put("slug", problem.kind().slug())
            .put("detail", problem.detail());
    return transport == null ? json : json.put("transport", transport.word());
  }

  private static JsonObject json(String name, Route.History history) {
    return new JsonObject()
        .put("channel", name)
        .put(
            "history",
            new JsonObject()
                .put("count", history.count())
                .put("bytes", history.bytes())
                .put("ageMs", history.age().toMillis()));
  }

  private static JsonArray originList(Route.Push route) {
    return route.origins().any()
        ? new JsonArray().add("*")
        : route.origins().exact().isEmpty()
            ? new JsonArray().add("same")
            : new JsonArray(List.copyOf(route.origins().exact()));
  }
}
