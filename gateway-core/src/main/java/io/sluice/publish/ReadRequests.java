package io.sluice.publish;

import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.http.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The operations that read a channel back: {@code docs/protocol.md} §15. */
final class ReadRequests {

  private static final int MAX_EVENTS = 1000;
  private static final Set<String> HISTORY_PARAMETERS = Set.of("since", "limit");

  private final PublishApi.Parts parts;
  private final Loop loop;

  ReadRequests(PublishApi.Parts parts, Loop loop) {
    this.parts = parts;
    this.loop = loop;
  }

  /** {@code GET /channels/{channel}}: the head's cursor, for a page to subscribe with (GET-1). */
  void head(Exchange exchange, String channel) {
    Problem problem = problem(exchange, channel, Set.of());
    if (problem != null) {
      exchange.refuse(problem);
      return;
    }
    loop.receive(
        parts.broker().inspect(channel),
        info -> {
          if (info.failed()) {
            exchange.send(Publisher.problem(info.cause()));
          } else {
            head(exchange, channel, info.result());
          }
        });
  }

  private void head(Exchange exchange, String channel, Broker.@Nullable Info info) {
    if (info != null) {
      exchange.answer(json(channel, info));
      return;
    }
    // A cursor of a channel that nobody knows has to be of the life that its first event will have:
    // reading makes the record.
    open(
        channel,
        Start.HEAD,
        new HistoryAnswer(
            0,
            0,
            result -> {
              if (result instanceof HistoryAnswer.Result.Read read) {
                exchange.answer(
                    json(channel, new Broker.Info(channel, read.next(), 0, 0, false, 0)));
              } else {
                exchange.send(((HistoryAnswer.Result.Failed) result).problem());
              }
            }));
  }

  private JsonObject json(String channel, Broker.Info info) {
    return Publisher.json(channel, info.head())
        .put("readers", parts.hub().readers(channel) + info.elsewhere())
        .put("history", new JsonObject().put("count", info.count()).put("bytes", info.bytes()));
  }

  private static @Nullable Problem problem(Exchange exchange, String channel, Set<String> known) {
    Problem problem = PublishRequests.channelProblem(exchange, channel);
    return problem == null ? exchange.target.unknownParameter(known) : problem;
  }

  /** {@code GET /channels/{channel}/events}: the history as a poll shows it (GET-2). */
  void history(Exchange exchange, String channel) {
    Problem problem = problem(exchange, channel, HISTORY_PARAMETERS);
    Integer limit = limit(exchange.target.parameter("limit"));
    Start start = start(exchange.target.parameter("since"), channel);
    if (problem == null && limit == null) {
      problem =
          Problem.Kind.BAD_REQUEST.with(
              "limit = "
                  + exchange.target.parameter("limit")
                  + " (expected 1 to "
                  + MAX_EVENTS
                  + ")");
    }
    if (problem == null && start == null) {
      problem = Problem.Kind.BAD_CURSOR.with("since is no cursor: use one that was given to you");
    }
    if (problem != null || limit == null || start == null) {
      exchange.refuse(problem == null ? Problem.Kind.BAD_REQUEST.with("malformed") : problem);
      return;
    }
    int maxBytes = parts.config().maxAnswerBytes();
    open(
        channel,
        start,
        new HistoryAnswer(limit, maxBytes, result -> answer(exchange, channel, result)));
  }

  private void answer(Exchange exchange, String channel, HistoryAnswer.Result result) {
    if (result instanceof HistoryAnswer.Result.Failed failed) {
      exchange.send(failed.problem());
      return;
    }
    var read = (HistoryAnswer.Result.Read) result;
    if (read.full()) {
      parts.metrics().limitsHit.labelValues("publish.max-answer").inc();
    }
    exchange.answer(
        Buffer.buffer(
            "{\"events\":["
                + read.json()
                + "],\"next\":\""
                + Cursor.part(Channel.hash(channel), read.next())
                + "\"}"));
  }

  private void open(String channel, Start start, HistoryAnswer answer) {
    parts.hub().open(loop, channel, start, answer);
  }

  /** The start, or null for a malformed cursor; a part for another channel is ignored (CUR-2). */
  private static @Nullable Start start(@Nullable String since, String channel) {
    if (since == null) {
      return new Start.Rewind(Long.MAX_VALUE);
    }
    if (since.equals(Cursor.UNUSABLE)) { // CUR-6
      return new Start.Unusable();
    }
    Cursor cursor = Cursor.parse(since);
    if (cursor == null) {
      return null;
    }
    Position position = cursor.position(Channel.hash(channel));
    return position == null ? Start.HEAD : new Start.After(position);
  }

  private static @Nullable Integer limit(@Nullable String text) {
    if (text == null) {
      return MAX_EVENTS;
    }
    if (!text.matches("[0-9]{1,4}")) {
      return null;
    }
    int limit = Integer.parseInt(text);
    return limit < 1 || limit > MAX_EVENTS ? null : limit;
  }
}
