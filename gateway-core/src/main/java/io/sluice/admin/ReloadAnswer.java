package io.sluice.admin;

import io.sluice.config.ConfigProblem;
import io.sluice.http.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** What {@code POST /reload} says. */
final class ReloadAnswer {

  private ReloadAnswer() {}

  static JsonObject json(ReloadOutcome.Applied applied) {
    return new JsonObject()
        .put("reloaded", true)
        .put(
            "routes",
            new JsonObject()
                .put("kept", applied.routes().kept())
                .put("changed", applied.routes().changed())
                .put("added", applied.routes().added())
                .put("removed", applied.routes().removed()))
        .put("connections-ended", applied.connectionsEnded())
        .put("restart", new JsonArray(applied.restart()));
  }

  static Problem problem(ReloadOutcome.Refused refused) {
    JsonArray problems = new JsonArray();
    for (ConfigProblem each : refused.problems()) {
      problems.add(
          new JsonObject()
              .put("file", each.source())
              .put("line", each.line())
              .put("column", each.column())
              .put("path", each.path())
              .put("text", each.toString()));
    }
    int count = problems.size();
    return new Problem(
        Problem.Kind.INVALID,
        "the new configuration has "
            + (count == 1 ? "a mistake" : count + " mistakes")
            + ": the running one stays",
        new JsonObject().put("problems", problems));
  }
}
