package io.sluice.cli.demo;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Speaks to the gateway's publish listener: an event is one POST. */
final class Publisher {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final URI gateway;

  Publisher(URI gateway) {
    this.gateway = gateway;
  }

  /**
   * Publishes JSON and waits for the answer.
   *
   * @param id makes a repeated call safe: the same id appends once
   */
  void publish(String channel, String id, JsonObject data)
      throws IOException, InterruptedException {
    HttpResponse<String> response =
        http.send(post(channel, "?id=" + encoded(id), data), BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("publishing to " + channel + " = HTTP " + response.statusCode());
    }
  }

  /** Publishes JSON; completes with the HTTP status. */
  CompletableFuture<Integer> send(String channel, String name, JsonObject data) {
    return http.sendAsync(post(channel, "?name=" + encoded(name), data), BodyHandlers.discarding())
        .thenApply(HttpResponse::statusCode);
  }

  /** The cursor of a channel's head: {@code docs/protocol.md} GET-1. */
  String cursor(String channel) throws IOException, InterruptedException {
    HttpRequest request = request("/channels/" + encoded(channel)).build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException("the head of " + channel + " = HTTP " + response.statusCode());
    }
    return new JsonObject(response.body()).getString("cursor", "");
  }

  private HttpRequest post(String channel, String query, JsonObject data) {
    return request("/channels/" + encoded(channel) + "/events" + query)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(data.encode()))
        .build();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(gateway.resolve(path)).timeout(TIMEOUT);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
