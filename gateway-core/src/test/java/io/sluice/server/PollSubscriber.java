package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Polls again and again on one kept connection, following {@code next}. */
final class PollSubscriber implements Subscriber {

  private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");

  private final RawClient client;
  private final String path;
  private final int waitSeconds;
  private final Queue<Told> entries = new ArrayDeque<>();
  private String next;
  private boolean asked;
  private String cursor;

  /**
   * @param waitSeconds of a long poll; 0 for a poll
   */
  PollSubscriber(RawClient client, String path, @Nullable String cursor, int waitSeconds)
      throws IOException {
    this.client = client;
    this.path = path;
    this.waitSeconds = waitSeconds;
    if (cursor == null) {
      send(path);
      JsonObject first = body(client);
      assertThat(first.getJsonArray("events")).isEmpty();
      next = first.getString("next");
    } else {
      next = cursor;
    }
    this.cursor = next;
  }

  @Override
  public Told next() throws IOException {
    while (entries.isEmpty()) {
      if (!asked) {
        ask();
      }
      asked = false;
      JsonObject answer = body(client);
      if (answer.containsKey("slug")) {
        return new Told.End(answer.getString("slug"));
      }
      next = answer.getString("next");
      answer.getJsonArray("events").forEach(each -> entries.add(Told.of((JsonObject) each)));
    }
    Told told = entries.remove();
    if (told instanceof Told.Event event) {
      cursor = event.cursor();
    } else if (told instanceof Told.Gap gap) {
      cursor = gap.cursor();
    }
    return told;
  }

  @Override
  public String cursor() {
    return cursor;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  /** Sends the next request, whose answer {@link #next} takes. */
  void ask() throws IOException {
    send(path + "?since=" + next);
    asked = true;
  }

  private void send(String target) throws IOException {
    client.request(
        "GET " + target + " HTTP/1.1",
        "Host: gateway",
        waitSeconds == 0 ? "X-No-Wait: 1" : "Prefer: wait=" + waitSeconds);
  }

  /** Reads an answer whose body is JSON of a stated length. */
  static JsonObject body(RawClient client) throws IOException {
    String head = client.readUntil("\r\n\r\n");
    Matcher length = LENGTH.matcher(head);
    assertThat(length.find()).as(head).isTrue();
    return new JsonObject(
        new String(client.read(Integer.parseInt(length.group(1))), StandardCharsets.UTF_8));
  }
}
