package io.sluice.cli.client;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Reads by Server-Sent Events, in the JSON form: {@code docs/protocol.md} §8. */
final class SseClient implements TransportClient {

  private final HttpClient http;
  private final Target target;

  SseClient(HttpClient http, Target target) {
    this.http = http;
    this.target = target;
  }

  @Override
  public Ending read(Progress progress) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(target.uri(progress.start(), Map.of("format", "json")))
            .header("Accept", "text/event-stream")
            .build();
    LineInbox lines = new LineInbox();
    AtomicReference<@Nullable Ending> refusal = new AtomicReference<>();
    CompletableFuture<?> call = http.sendAsync(request, body(lines, refusal));
    call.whenComplete(
        (done, failure) -> {
          if (failure != null) {
            if (Failures.ending(failure) instanceof Ending.Refused refused) {
              refusal.set(refused);
            }
            lines.inbox.onEnd(Failures.text(failure));
          } else if (refusal.get() != null) {
            lines.inbox.onEnd("refused");
          }
        });
    try {
      Ending ending = new Stream(progress, lines).read();
      Ending refused = refusal.get();
      return refused == null ? ending : refused;
    } finally {
      lines.cancel();
      call.cancel(true);
    }
  }

  private static BodyHandler<@Nullable Void> body(
      LineInbox lines, AtomicReference<@Nullable Ending> refusal) {
    return head -> {
      if (head.statusCode() == 200) {
        Ending other = Failures.otherType(head.headers(), "text/event-stream");
        if (other == null) {
          return BodySubscribers.fromLineSubscriber(
              lines, done -> null, StandardCharsets.UTF_8, null);
        }
        refusal.set(other);
        lines.inbox.onEnd("refused"); // at once: such a body may never end
        return BodySubscribers.mapping(BodySubscribers.discarding(), done -> null);
      }
      return BodySubscribers.mapping(
          BodySubscribers.ofString(StandardCharsets.UTF_8),
          text -> {
            refusal.set(
                Failures.ending(head.statusCode(), text, PollClient.retryAfter(head.headers())));
            return null;
          });
    };
  }

  /** One open stream. */
  private static final class Stream {
    private final Progress progress;
    private final LineInbox lines;
    private final SseParser parser = new SseParser();
    private Duration patience = Duration.ofSeconds(30);

    Stream(Progress progress, LineInbox lines) {
      this.progress = progress;
      this.lines = lines;
    }

    Ending read() throws InterruptedException {
      try {
        while (true) {
          SseParser.Block block = parser.onLine(lines.inbox.take(patience));
          Ending ending = block == null ? null : onBlock(block);
          if (ending != null) {
            return ending;
          }
          lines.next();
        }
      } catch (Inbox.Ended e) {
        return again(e.reason());
      }
    }

    private @Nullable Ending onBlock(SseParser.Block block) throws Inbox.Ended {
      JsonObject data = Json.object(block.data());
      switch (block.event()) {
        case "sluice.open" -> {
          patience = Json.patience(data);
          progress.moveTo(block.id());
          progress.onOpen();
        }
        case "sluice.beat" -> {
          // Only proves that the connection lives.
        }
        case "sluice.close" -> {
          return again("the gateway said " + data.getString("reason", "close"));
        }
        default -> {
          progress.moveTo(block.id());
          if (!progress.entry(data)) {
            return new Ending.Enough();
          }
        }
      }
      return null;
    }

    private Ending again(String reason) {
      return new Ending.Again(
          reason, parser.retryMs() < 0 ? null : Duration.ofMillis(parser.retryMs()));
    }
  }
}
