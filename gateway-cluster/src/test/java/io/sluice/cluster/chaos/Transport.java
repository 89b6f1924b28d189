package io.sluice.cluster.chaos;

import io.sluice.cluster.chaos.Standing.MalformedException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** How a reader reads: one connection from its opening to its end. */
enum Transport {
  WEBSOCKET(6_000) {
    @Override
    void read(Http http, Standing standing) throws IOException {
      new WebSocketReading(http, standing).read();
    }
  },
  SSE(6_000) {
    @Override
    void read(Http http, Standing standing) throws IOException {
      new EventStreamReading(http, standing).read();
    }
  },
  LONG_POLL(8_000) {
    @Override
    void read(Http http, Standing standing) throws IOException {
      while (true) {
        poll(http, standing, "wait=3&");
      }
    }
  },
  POLL(4_000) {
    @Override
    void read(Http http, Standing standing) throws IOException {
      while (true) {
        poll(http, standing, "");
        pause();
      }
    }
  };

  private static final int BETWEEN_POLLS_MS = 150;

  /** After so much silence the gateway is taken for gone: more than two of its heartbeats. */
  final int silenceMs;

  Transport(int silenceMs) {
    this.silenceMs = silenceMs;
  }

  /**
   * Reads until the connection ends.
   *
   * @throws IOException always, sooner or later
   */
  abstract void read(Http http, Standing standing) throws IOException;

  private static void poll(Http http, Standing standing, String wait) throws IOException {
    String cursor = standing.cursor();
    String target =
        target(standing) + wait + (cursor.isEmpty() ? "" : "since=" + cursor + "&") + "format=json";
    Http.Answer answer = http.get(target, "Accept: application/json\r\n");
    JsonObject json = json(accepted(answer).text());
    standing.opened();
    for (Object entry : json.getJsonArray("events")) {
      standing.entry((JsonObject) entry);
    }
    standing.stood(json.getString("next", ""));
    if (answer.last()) {
      throw new IOException("the gateway closes");
    }
  }

  /** The path, with the further channels and an open end of the query. */
  static String target(Standing standing) {
    return "/events/"
        + standing.channels.get(0)
        + "?"
        + standing.channels.stream()
            .skip(1)
            .map(channel -> "channel=" + URLEncoder.encode(channel, StandardCharsets.UTF_8) + "&")
            .collect(Collectors.joining());
  }

  /** 503 may pass; every other refusal is a fault of somebody. */
  static Http.Answer accepted(Http.Answer answer) throws IOException {
    if (answer.status() == 503) {
      throw new IOException("503 " + answer.text());
    }
    if (answer.status() != 200 && answer.status() != 101) {
      throw new MalformedException(answer.status() + " " + answer.text());
    }
    return answer;
  }

  static JsonObject json(String text) throws MalformedException {
    try {
      return new JsonObject(text);
    } catch (DecodeException e) {
      throw new MalformedException("no JSON: " + text);
    }
  }

  /** Any of them. */
  static Transport drawn(Random random) {
    List<Transport> all = List.of(values());
    return all.get(random.nextInt(all.size()));
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(BETWEEN_POLLS_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
