package io.sluice.cli;

import io.sluice.cli.client.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which running gateway a command asks, whom it trusts, and how the answer is printed. */
final class AdminOption {

  private static final String USUAL = "http://127.0.0.1:8082";

  private static final String HINT =
      "start the gateway, or say where its admin listener is with --admin";

  @Option(
      names = "--admin",
      paramLabel = "URL",
      defaultValue = USUAL,
      description = "The gateway's admin listener (default: ${DEFAULT-VALUE}).")
  private String admin = USUAL;

  @Mixin private TrustOption trust = new TrustOption();

  @Option(
      names = "--format",
      defaultValue = "text",
      description = "text or json (default: ${DEFAULT-VALUE}).")
  private Format format = Format.TEXT;

  private final Requests requests;

  /** Asks with the usual patience. */
  AdminOption() {
    requests = new Requests(trust);
  }

  /**
   * @param patience how long it waits for an answer
   */
  AdminOption(Duration patience) {
    requests = new Requests(trust, patience);
  }

  boolean isJson() {
    return format == Format.JSON;
  }

  /** Asks a question. */
  Answer get(String path) throws Failure, InterruptedException {
    return send(path, HttpRequest.newBuilder());
  }

  /** Has something done. */
  Answer post(String path) throws Failure, InterruptedException {
    return send(path, HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.noBody()));
  }

  private Answer send(String path, HttpRequest.Builder request)
      throws Failure, InterruptedException {
    URI uri = Requests.below(GatewayUrl.listener("--admin", admin, USUAL), path);
    HttpResponse<String> response = requests.send(request.uri(uri), HINT);
    return new Answer(uri, response.statusCode(), response.body());
  }

  /** What came back; perhaps not from a gateway. */
  record Answer(URI uri, int status, String body) {

    boolean isOk() {
      return status == 200;
    }

    /** The JSON object that it is; an empty one if it is none. */
    JsonObject json() {
      JsonObject json = Json.parsed(body);
      return json == null ? new JsonObject() : json;
    }

    /** A list of the object that it is; an empty one if it has none. */
    JsonArray list(String key) {
      return json().getValue(key) instanceof JsonArray list ? list : new JsonArray();
    }

    /** That no gateway's admin listener says this. */
    Failure unexpected(String what, String expected) {
      String detail = json().getValue("detail") instanceof String text ? " " + text : "";
      return new Failure(
          Exit.FAILED,
          "sluice: %s · %s = HTTP %d%s (expected %s): is --admin the admin listener?"
              .formatted(what, uri, status, Console.oneLine(detail), expected));
    }
  }
}
