package io.sluice.cli;

import io.sluice.config.ConfigReader.Origin;
import io.sluice.config.ConfigReader.Setting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code sluice config show}: which values hold, and why. */
@Command(
    name = "show",
    description = {
      "Show the values of a configuration, each with the line, variable or file that it comes from.",
      "",
      "Secrets are left out. A value of 'defaults' is shown at every route that it holds for."
    },
    footer = {
      "",
      "Examples:",
      "  sluice config show --config conf/edge.yaml",
      "  sluice config show --config conf/edge.yaml --all | grep heartbeat",
      "",
      "Exit codes: 0 shown, 2 the configuration has mistakes."
    })
final class ConfigShowCommand implements Callable<Integer> {

  private final Console console;

  @Mixin private ConfigOption config = new ConfigOption();

  @Option(names = "--all", description = "Also the values that nobody has written.")
  private boolean all;

  @Option(names = "--format", defaultValue = "text", description = "text or json.")
  private Format format = Format.TEXT;

  ConfigShowCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure {
    List<Setting> shown =
        config.accepted(console.environment()).settings().stream()
            .filter(setting -> all || !setting.origin().isDefault())
            .toList();
    if (format == Format.JSON) {
      JsonArray array = new JsonArray();
      shown.forEach(setting -> array.add(json(setting)));
      console.print(array.encode());
      return Exit.OK;
    }
    List<String> values = shown.stream().map(ConfigShowCommand::words).toList();
    int width = values.stream().mapToInt(String::length).filter(n -> n <= 60).max().orElse(0);
    for (int i = 0; i < shown.size(); i++) {
      String from = Console.oneLine(shown.get(i).origin().toString());
      console.print(("%-" + Math.max(1, width) + "s  # %s").formatted(values.get(i), from));
    }
    return Exit.OK;
  }

  private static String words(Setting setting) {
    String value = setting.value().isEmpty() ? "(none)" : Console.oneLine(setting.value());
    return setting.path() + " = " + value;
  }

  private static JsonObject json(Setting setting) {
    JsonObject json =
        new JsonObject()
            .put("path", setting.path())
            .put("value", setting.value().isEmpty() ? null : setting.value())
            .put("change", setting.restart() ? "restart" : "reload");
    Origin origin = setting.origin();
    if (origin.isDefault()) {
      return json.put("from", "default");
    }
    json.put("from", origin.inherited() == null ? "file" : origin.inherited())
        .put("file", origin.source())
        .put("line", origin.line())
        .put("column", origin.column());
    if (!origin.variables().isEmpty()) {
      json.put("variables", new JsonArray(List.copyOf(origin.variables())));
    }
    if (!origin.files().isEmpty()) {
      json.put("included", new JsonArray(List.copyOf(origin.files())));
    }
    return json;
  }
}
