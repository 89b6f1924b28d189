package io.sluice.cli.client;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Reads by polls, long or short: {@code docs/protocol.md} §10. */
final class PollClient implements TransportClient {

  private static final int WAIT_SECONDS = 25;

  private final HttpClient http;
  private final Target target;
  private final Duration interval;
  private final Map<String, String> parameters;
  private boolean opened;
  private boolean more;

  /**
   * Asks again after each answer.
   *
   * @param interval between two polls that bring nothing; zero for long polls, which wait at the
   *     head
   * @param one whether to ask for one entry an answer
   */
  PollClient(HttpClient http, Target target, Duration interval, boolean one) {
    this.http = http;
    this.target = target;
    this.interval = interval;
    this.parameters = one ? Map.of("limit", "1") : Map.of();
  }

  @Override
  public Ending read(Progress progress) throws IOException, InterruptedException {
    if (opened && !more && !interval.isZero()) {
      Thread.sleep(interval.toMillis());
    }
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target.uri(progress.start(), parameters))
            .timeout(Duration.ofSeconds(2 * WAIT_SECONDS))
            .header("Accept", "application/json");
    if (interval.isZero()) {
      request.header("Prefer", "wait=" + WAIT_SECONDS);
    }
    HttpResponse<String> response =
        http.send(request.build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    if (response.statusCode() != 200) {
      opened = false;
      return Failures.ending(
          response.statusCode(), response.body(), retryAfter(response.headers()));
    }
    Ending other = Failures.otherType(response.headers(), "application/json");
    if (other != null) {
      return other;
    }
    JsonObject answer = Json.parsed(response.body());
    return answer != null && isPolls(answer)
        ? onAnswer(answer, progress)
        : new Ending.Refused("HTTP 200 without events and next: is this a push route?");
  }

  /** POL-1; what says otherwise is no push route, and would say it again. */
  private static boolean isPolls(JsonObject answer) {
    return answer.getValue("next") instanceof String
        && answer.getValue("events") instanceof JsonArray events
        && events.stream().allMatch(JsonObject.class::isInstance);
  }

  private Ending onAnswer(JsonObject answer, Progress progress) {
    String next = answer.getString("next", "");
    JsonArray entries = answer.getJsonArray("events", new JsonArray());
    more = !entries.isEmpty();
    if (!opened) {
      opened = true;
      progress.onOpen();
    }
    for (int i = 0; i < entries.size(); i++) {
      JsonObject entry = entries.getJsonObject(i);
      // Within an answer an entry's own part is the whole cursor only if there is one channel;
      // Subscription asks for one entry an answer where that matters.
      progress.moveTo(i == entries.size() - 1 ? next : entry.getString("cursor", next));
      if (!progress.entry(entry)) {
        return new Ending.Enough();
      }
    }
    progress.moveTo(next);
    return new Ending.Answered();
  }

  /** {@code Retry-After} in seconds (RFC 9110 §10.2.3), or zero. */
  static Duration retryAfter(HttpHeaders headers) {
    String value = headers.firstValue("Retry-After").orElse("");
    boolean seconds =
        !value.isEmpty() && value.length() < 6 && value.chars().allMatch(c -> c >= '0' && c <= '9');
    return seconds ? Duration.ofSeconds(Long.parseLong(value)) : Duration.ZERO;
  }
}
