package io.sluice.cli;

import ch.qos.logback.classic.Level;
import io.sluice.config.Config;
import io.sluice.config.ConfigProblem;
import io.sluice.config.ConfigReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands that run a gateway have in common. */
final class GatewayOptions {

  @Option(
      names = "--public-port",
      paramLabel = "PORT",
      description = "Clients' port instead of the configured one; 0 takes a free one.")
  private @Nullable Integer publicPort;

  @Option(
      names = "--publish-port",
      paramLabel = "PORT",
      description = "Publishers' port instead of the configured one; 0 takes a free one.")
  private @Nullable Integer publishPort;

  @Option(
      names = "--admin-port",
      paramLabel = "PORT",
      description = "Operators' port instead of the configured one; 0 takes a free one.")
  private @Nullable Integer adminPort;

  @Option(
      names = "--log",
      paramLabel = "FORM",
      defaultValue = "text",
      description = "The log on standard error: text or json (default: ${DEFAULT-VALUE}).")
  private Logging.Form form = Logging.Form.TEXT;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = "info",
      description = "error, warn, info, debug or trace (default: ${DEFAULT-VALUE}).")
  private LogLevel level = LogLevel.INFO;

  /** What is logged. */
  enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  /** Begins to log as asked for; the number is that of the lines dropped so far. */
  LongSupplier startLog() {
    return Logging.start(form, Level.toLevel(level.name()));
  }

  /** Reads a file, as often as asked, with the ports given here. */
  Supplier<ConfigReader.Result> source(Path file, Map<String, String> environment) throws Failure {
    checkPorts();
    return () -> withPorts(new ConfigReader(environment).read(file));
  }

  /** The configuration that is built in, with the ports given here. */
  Supplier<ConfigReader.Result> builtIn(Map<String, String> environment) throws Failure {
    checkPorts();
    return () -> withPorts(readBuiltIn(environment));
  }

  static ConfigReader.Result readBuiltIn(Map<String, String> environment) {
    try (InputStream in = GatewayOptions.class.getResourceAsStream("quickstart.yaml")) {
      if (in == null) {
        throw new IllegalStateException("the program's jar lacks quickstart.yaml");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new ConfigReader(environment).read("quickstart.yaml", text);
    } catch (IOException e) {
      throw new IllegalStateException("the program's jar cannot be read", e);
    }
  }

  /** The configuration, or every problem, one a line. */
  static ConfigReader.Result.Accepted accepted(ConfigReader.Result result) throws Failure {
    if (result instanceof ConfigReader.Result.Refused refused) {
      throw new Failure(
          Exit.USAGE,
          refused.problems().stream()
              .map(ConfigProblem::toString)
              .collect(Collectors.joining(System.lineSeparator())));
    }
    return (ConfigReader.Result.Accepted) result;
  }

  private ConfigReader.Result withPorts(ConfigReader.Result result) {
    if (!(result instanceof ConfigReader.Result.Accepted accepted)) {
      return result;
    }
    Config.Listen listen = accepted.config().listen();
    return new ConfigReader.Result.Accepted(
        Configs.listening(
            accepted.config(),
            new Config.Listen(
                at(listen.publicAddress(), publicPort),
                at(listen.publish(), publishPort),
                at(listen.admin(), adminPort),
                listen.tls())),
        accepted.settings());
  }

  private static Config.Address at(Config.Address address, @Nullable Integer port) {
    return port == null ? address : new Config.Address(address.host(), port);
  }

  private void checkPorts() throws Failure {
    check("--public-port", publicPort);
    check("--publish-port", publishPort);
    check("--admin-port", adminPort);
  }

  private static void check(String option, @Nullable Integer port) throws Failure {
    if (port != null && (port < 0 || port > 65_535)) {
      throw new Failure(
          Exit.USAGE,
          "sluice: unusable port · %s = %d (expected 0 to 65535): set one, or leave it out"
              .formatted(option, port));
    }
  }
}
