package io.sluice.cli;

import io.sluice.config.ConfigReader;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which configuration a command is about. */
final class ConfigOption {

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The configuration (default: the built-in quick start).")
  private @Nullable Path file;

  /** Its name for people. */
  String name() {
    return file == null ? "quickstart.yaml" : file.toString();
  }

  /** Reads it. */
  ConfigReader.Result read(Map<String, String> environment) {
    return file == null
        ? GatewayOptions.readBuiltIn(environment)
        : new ConfigReader(environment).read(file);
  }

  /** Reads one that is valid. */
  ConfigReader.Result.Accepted accepted(Map<String, String> environment) throws Failure {
    return GatewayOptions.accepted(read(environment));
  }
}
