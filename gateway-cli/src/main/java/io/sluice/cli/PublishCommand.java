package io.sluice.cli;

import io.sluice.cli.client.Failures;
import io.sluice.cli.client.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code sluice publish}: one event into one channel. */
@Command(
    name = "publish",
    description = "Publish one event to a channel.",
    footer = {
      "",
      "Examples:",
      "  sluice publish demo hello",
      "  sluice publish demo '{\"n\":1}' --type application/json --name tick",
      "  sluice publish demo @picture.png --type image/png",
      "  date | sluice publish demo -",
      "",
      "Exit codes: 0 published, 1 refused or no answer, 2 wrong arguments."
    })
final class PublishCommand implements Callable<Integer> {

  private static final String USUAL = "http://127.0.0.1:8081";

  private final Console console;

  @Parameters(index = "0", paramLabel = "CHANNEL", description = "The channel's name.")
  private String channel = "";

  @Parameters(
      index = "1",
      paramLabel = "DATA",
      description = "The event's data; @FILE reads a file, - reads standard input.")
  private String data = "";

  @Option(names = "--name", paramLabel = "NAME", description = "The event's name.")
  private @Nullable String name;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "The data's content type (default: text).")
  private @Nullable String type;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "The same id again publishes nothing and prints the first result.")
  private @Nullable String id;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "API key (default: the variable SLUICE_KEY, which other users cannot see).")
  private @Nullable String key;

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = USUAL,
      description = "The gateway's publish listener (default: ${DEFAULT-VALUE}).")
  private String url = USUAL;

  @Mixin private TrustOption trust = new TrustOption();

  @Option(names = "--format", defaultValue = "text", description = "text or json.")
  private Format format = Format.TEXT;

  PublishCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws Failure, InterruptedException {
    HttpResponse<String> response =
        new Requests(trust).send(request(), "start the gateway, or say where it is with --url");
    String detail = Failures.detail(response.body());
    if (response.statusCode() != 200 && !detail.isEmpty()) {
      throw new Failure(
          Exit.FAILED,
          "sluice: not published · channel %s = HTTP %d%s"
              .formatted(Console.oneLine(channel), response.statusCode(), Console.oneLine(detail)));
    }
    JsonObject result = response.statusCode() == 200 ? Json.parsed(response.body()) : null;
    if (result == null
        || !(result.getValue("cursor") instanceof String)
        || !(result.getValue("readers") instanceof Number readers)) {
      throw noGateway(response);
    }
    console.print(format == Format.JSON ? result.encode() : words(result, readers.longValue()));
    return Exit.OK;
  }

  /** That no gateway's publish listener says this. */
  private static Failure noGateway(HttpResponse<String> response) {
    return new Failure(
        Exit.FAILED,
        ("sluice: not published · %s = HTTP %d with Content-Type %s (expected what was "
                + "published): is --url the publish listener?")
            .formatted(
                response.uri(),
                response.statusCode(),
                Console.oneLine(response.headers().firstValue("Content-Type").orElse("none"))));
  }

  private static String words(JsonObject result, long readers) {
    return "published to %s, cursor %s, %d %s%s"
        .formatted(
            Console.oneLine(result.getString("channel", "")),
            Console.oneLine(result.getString("cursor")),
            readers,
            readers == 1 ? "reader" : "readers",
            Boolean.TRUE.equals(result.getValue("repeated"))
                ? " (repeated: it was there already)"
                : "");
  }

  private HttpRequest.Builder request() throws Failure {
    StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
    if (name != null) {
      query.add("name=" + Requests.query(name));
    }
    if (id != null) {
      query.add("id=" + Requests.query(id));
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                Requests.below(
                    GatewayUrl.listener("--url", url, USUAL),
                    "/channels/" + Requests.segment(channel) + "/events" + query))
            .POST(BodyPublishers.ofByteArray(body()));
    if (type != null) {
      request.header("Content-Type", sendable("--type", type, Console.oneLine(type)));
    }
    String secret = key == null ? console.environment().get("SLUICE_KEY") : key;
    if (secret != null) {
      String option = key == null ? "SLUICE_KEY" : "--key";
      request.header("Authorization", "Bearer " + sendable(option, secret, "(secret)"));
    }
    return request;
  }

  /** A header's value: printable ASCII, in which every server reads the same. */
  private static String sendable(String option, String value, String shown) throws Failure {
    if (value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      return value;
    }
    throw new Failure(
        Exit.USAGE,
        ("sluice: unusable header · %s = %s (expected ASCII without control characters): "
                + "is there a line end in it?")
            .formatted(option, shown));
  }

  private byte[] body() throws Failure {
    try {
      if (data.equals("-")) {
        return console.in().readAllBytes();
      }
      if (data.startsWith("@")) {
        return Files.readAllBytes(Path.of(data.substring(1)));
      }
      return data.getBytes(StandardCharsets.UTF_8);
    } catch (IOException | InvalidPathException e) {
      throw new Failure(
          Exit.USAGE,
          "sluice: data cannot be read · %s = %s · name a file that can be read, or pipe it to -"
              .formatted(Console.oneLine(data), Console.oneLine(Failures.text(e))));
    }
  }
}
