package io.sluice.cli;

import io.sluice.config.ConfigReader;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code sluice config schema}. */
@Command(
    name = "schema",
    description = {
      "Print the JSON Schema of the configuration, for editors that complete and check YAML.",
      "",
      "Keep it beside the configuration and name it in the first line of that:",
      "  # yaml-language-server: $schema=schema.json"
    },
    footer = {"", "Example:", "  sluice config schema > schema.json"})
final class ConfigSchemaCommand implements Callable<Integer> {

  private final Console console;

  ConfigSchemaCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    console.print(ConfigReader.schema().stripTrailing());
    return Exit.OK;
  }
}
