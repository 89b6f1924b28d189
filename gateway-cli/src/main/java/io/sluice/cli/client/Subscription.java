package io.sluice.cli.client;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One reader that outlives its connections: it connects, reads, and when the connection is gone it
 * waits a little and goes on from its cursor.
 */
public final class Subscription {

  /** A transport by its word, with what only this one needs. */
  public enum Transport {
    WEBSOCKET("websocket"),
    SSE("sse"),
    LONG_POLL("long-poll"),
    POLL("poll");

    private final String word;

    Transport(String word) {
      this.word = word;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  /** Why a subscription ended: {@code refusal} is null if the observer had enough. */
  public record Result(@Nullable String refusal, String cursor) {}

  private final TransportClient client;
  private final Progress progress;
  private final Observer observer;
  private final Backoff backoff = new Backoff(RandomGenerator.getDefault());

  /**
   * A subscription that has not begun.
   *
   * @param exact whether the cursor must be right also when the observer stops amid an answer
   */
  public Subscription(
      Target target, Transport transport, Start start, Observer observer, boolean exact) {
    this(client(target, transport, exact), target, start, observer);
  }

  Subscription(TransportClient client, Target target, Start start, Observer observer) {
    this.client = client;
    this.observer = observer;
    this.progress = new Progress(start, target.channels(), new Hearing());
  }

  private static TransportClient client(Target target, Transport transport, boolean exact) {
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .sslContext(target.trust())
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    boolean one = exact && target.channels().size() > 1;
    return switch (transport) {
      case WEBSOCKET -> new WebSocketClient(http, target);
      case SSE -> new SseClient(http, target);
      case LONG_POLL -> new PollClient(http, target, Duration.ZERO, one);
      case POLL -> new PollClient(http, target, Duration.ofSeconds(1), one);
    };
  }

  /** What another subscription, by any transport, would go on from; empty if not known yet. */
  public String cursor() {
    return progress.cursor();
  }

  /** Reads until the observer has enough or the gateway refuses for good. */
  public Result read() throws InterruptedException {
    while (true) {
      Ending ending = connect();
      if (ending instanceof Ending.Enough) {
        return new Result(null, cursor());
      }
      if (ending instanceof Ending.Refused refused) {
        return new Result(refused.detail(), cursor());
      }
      if (ending instanceof Ending.Again again) {
        Duration pause = backoff.next(again.retry());
        observer.onTrouble(again.reason(), pause);
        Thread.sleep(pause.toMillis());
      }
    }
  }

  private Ending connect() throws InterruptedException {
    try {
      return client.read(progress);
    } catch (IOException e) {
      return Failures.ending(e);
    }
  }

  /** Passes on, and notes that the gateway was heard. */
  private final class Hearing implements Observer {
    @Override
    public boolean onEntry(JsonObject entry) {
      backoff.reset();
      return observer.onEntry(entry);
    }

    @Override
    public void onOpen(String cursor) {
      backoff.reset();
      observer.onOpen(cursor);
    }

    @Override
    public void onTrouble(String reason, Duration pause) {
      observer.onTrouble(reason, pause);
    }
  }
}
