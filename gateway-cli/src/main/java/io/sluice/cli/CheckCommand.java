package io.sluice.cli;

import io.sluice.config.ConfigProblem;
import io.sluice.config.ConfigReader.Result;
import io.sluice.config.ConfigReader.Setting;
import io.sluice.server.Preflight;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice check}: would the gateway start with this configuration? */
@Command(
    name = "check",
    description = {
      "Say everything that is wrong with a configuration, and start nothing.",
      "",
      "It does what 'serve' does before it opens its ports: reads the file, puts in the "
          + "environment's variables and other files, looks at certificates, folders and host "
          + "names. Notes say what is allowed but worth knowing."
    },
    footer = {
      "",
      "Examples:",
      "  sluice check --config conf/edge.yaml",
      "  sluice check --config conf/edge.yaml --format json",
      "",
      "Exit codes: 0 valid, 2 there are mistakes."
    })
final class CheckCommand implements Callable<Integer> {

  private final Console console;

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(names = "--format", defaultValue = "text", description = "text or json.")
  private Format format = Format.TEXT;

  CheckCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    List<ConfigProblem> problems = new ArrayList<>();
    List<ConfigProblem> notes = new ArrayList<>();
    Result result = config.read(console.environment());
    if (result instanceof Result.Refused refused) {
      problems.addAll(refused.problems());
    } else if (result instanceof Result.Accepted accepted) {
      for (Preflight.Finding finding : Preflight.of(accepted.config())) {
        (finding.problem() ? problems : notes).add(placed(finding, accepted.settings()));
      }
    }
    if (format == Format.JSON) {
      console.print(
          new JsonObject()
              .put("valid", problems.isEmpty())
              .put("problems", json(problems))
              .put("notes", json(notes))
              .encode());
    } else {
      problems.forEach(problem -> console.print(Console.oneLine(problem.toString())));
      notes.forEach(note -> console.print(Console.oneLine("note: " + words(note))));
      if (problems.isEmpty()) {
        console.print(config.name() + ": valid");
      }
    }
    return problems.isEmpty() ? Exit.OK : Exit.USAGE;
  }

  /** A finding at the place where its value is written; a default has the place 1:1. */
  private ConfigProblem placed(Preflight.Finding finding, List<Setting> settings) {
    int line = 1;
    int column = 1;
    String value = null;
    for (Setting setting : settings) {
      if (setting.path().equals(finding.path())) {
        line = Math.max(1, setting.origin().line());
        column = Math.max(1, setting.origin().column());
        value = setting.value().isEmpty() ? "nothing" : setting.value();
      }
    }
    return new ConfigProblem(
        config.name(), line, column, finding.path(), value, finding.expected(), finding.advice());
  }

  private static String words(ConfigProblem note) {
    String value = note.value() == null ? "" : " = " + note.value();
    return note.source() + ":" + note.line() + " " + note.path() + value + ": " + note.advice();
  }

  private static JsonArray json(List<ConfigProblem> problems) {
    JsonArray array = new JsonArray();
    for (ConfigProblem problem : problems) {
      array.add(
          new JsonObject()
              .put("file", problem.source())
              .put("line", problem.line())
              .put("column", problem.column())
              .put("path", problem.path())
              .put("value", problem.value())
              .put("expected", problem.expected())
              .put("advice", problem.advice()));
    }
    return array;
  }
}
