package io.sluice.cli;

import io.sluice.config.ConfigProblem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
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
          + "environment's variables and other files, looks at certificates, folders and the "
          + "addresses to listen on. Upstreams are not asked, nor are their names looked up. "
          + "Notes say what is allowed but worth knowing."
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
    Findings found = Findings.of(config.name(), config.read(console.environment()));
    List<ConfigProblem> problems = found.problems();
    List<ConfigProblem> notes = found.notes();
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
