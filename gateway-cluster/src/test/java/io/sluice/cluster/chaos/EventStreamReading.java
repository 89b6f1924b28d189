package io.sluice.cluster.chaos;

import io.vertx.core.json.JsonObject;
import java.io.IOException;

/**
 * Reads one event stream as an {@code EventSource} does: it comes back with the last {@code id}.
 * One channel is read raw, several in the JSON form.
 */
final class EventStreamReading {

  private final Http http;
  private final Standing standing;
  private final boolean raw;

  EventStreamReading(Http http, Standing standing) {
    this.http = http;
    this.standing = standing;
    this.raw = standing.channels.size() == 1;
  }

  void read() throws IOException {
    String cursor = standing.cursor();
    String last = cursor.isEmpty() ? "" : "Last-Event-ID: " + cursor + "\r\n";
    Http.Answer answer =
        http.get(
            Transport.target(standing) + (raw ? "" : "format=json"),
            "Accept: text/event-stream\r\n" + last);
    Transport.accepted(answer);
    String event = "";
    String id = "";
    StringBuilder data = new StringBuilder();
    while (true) {
      String line = Http.line(answer.body());
      if (line.isEmpty()) {
        block(event, id, data.toString());
        event = "";
        data.setLength(0);
      } else if (line.startsWith("event: ")) {
        event = line.substring(7);
      } else if (line.startsWith("id: ")) {
        id = line.substring(4);
      } else if (line.startsWith("data: ")) {
        data.append(line, 6, line.length());
      }
    }
  }

  private void block(String event, String id, String data) throws IOException {
    switch (event) {
      case "sluice.open" -> {
        standing.stood(id);
        standing.opened();
      }
      case "sluice.close" -> throw new IOException("sluice.close " + data);
      case "sluice.gap" -> {
        JsonObject gap = Transport.json(data);
        standing.told(gap.getString("channel"), gap.getString("cursor"), gap.getString("gap"));
        standing.stood(id);
      }
      default -> {
        if (raw) {
          standing.saw(standing.channels.get(0), id, data);
        } else {
          standing.entry(Transport.json(data));
          standing.stood(id);
        }
      }
    }
  }
}
