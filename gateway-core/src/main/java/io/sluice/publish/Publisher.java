package io.sluice.publish;

import io.sluice.access.Credential;
import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.http.Problem;
import io.vertx.core.AsyncResult;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives valid items to the broker and turns what it answers into results. */
final class Publisher {

  private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

  private final Broker broker;
  private final ToIntFunction<String> readers;
  private final PublishCounts counts;
  private final Loop loop;
  private final Ids ids = new Ids();

  Publisher(Broker broker, ToIntFunction<String> readers, PublishCounts counts, Loop loop) {
    this.broker = broker;
    this.readers = readers;
    this.counts = counts;
    this.loop = loop;
  }

  /**
   * As whom, and under which key, the items of a request are published.
   *
   * @param key the {@code Idempotency-Key}, or null
   */
  record Sender(Credential credential, @Nullable String key) {}

  /** The answer to a whole request: results, or the problem that it ends with. */
  sealed interface Answer {
    record Results(Result result) implements Answer {}

    record Failed(Problem problem) implements Answer {}
  }

  /** Publishes one item; the receiver is called once, on this loop. */
  void publish(Sender sender, Item item, long index, Consumer<Answer> receiver) {
    send(
        sender,
        List.of(item),
        index,
        outcomes -> receiver.accept(item.several() ? joined(item, outcomes) : only(outcomes[0])));
  }

  /** Publishes items in their order; the receiver is called once, on this loop. */
  void publish(Sender sender, List<Item> items, Consumer<Answer> receiver) {
    if (items.isEmpty()) {
      receiver.accept(new Answer.Results(new Result.Several(List.of())));
      return;
    }
    send(sender, items, 0, outcomes -> receiver.accept(joined(items, outcomes)));
  }

  /** All at once: the broker keeps the order of the calls for each channel. */
  private void send(
      Sender sender, List<Item> items, long firstIndex, Consumer<Outcome[]> receiver) {
    Gathering gathering = new Gathering(publications(items), receiver);
    int slot = 0;
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      var publication =
          new Broker.Publication(
              ids.of(sender.credential, sender.key, item.id(), firstIndex + i),
              item.name(),
              item.type(),
              item.kind(),
              item.data());
      for (String channel : item.channels()) {
        int mine = slot++;
        loop.receive(
            broker.publish(channel, publication),
            result -> gathering.put(mine, outcome(channel, result)));
      }
    }
  }

  private static int publications(List<Item> items) {
    int count = 0;
    for (Item item : items) {
      count += item.channels().size();
    }
    return count;
  }

  /** Outcomes that come one by one. */
  private static final class Gathering {
    private final Outcome[] outcomes;
    private final Consumer<Outcome[]> receiver;
    private int missing;

    Gathering(int count, Consumer<Outcome[]> receiver) {
      this.outcomes = new Outcome[count];
      this.receiver = receiver;
      this.missing = count;
    }

    void put(int slot, Outcome outcome) {
      outcomes[slot] = outcome;
      if (--missing == 0) {
        receiver.accept(outcomes);
      }
    }
  }

  private Outcome outcome(String channel, AsyncResult<Broker.Published> result) {
    Outcome outcome =
        result.succeeded()
            ? outcome(channel, result.result())
            : new Outcome.Refused(channel, problem(result.cause()));
    if (outcome instanceof Outcome.Refused refused) {
      counts.refused(channel, refused.problem());
    }
    return outcome;
  }

  private Outcome outcome(String channel, Broker.Published published) {
    if (published instanceof Broker.Published.Stored in) {
      counts.stored(channel, in.repeated());
      String cursor = Cursor.part(Channel.hash(channel), in.position());
      int known = readers.applyAsInt(channel) + in.elsewhere(); // PUB-4
      return new Outcome.Stored(channel, cursor, known, in.repeated());
    }
    Problem problem =
        published instanceof Broker.Published.IdReused
            ? Problem.Kind.ID_REUSED.with(
                "the id was used with other content within publish.publish-ids.keep: use a new id")
            : Problem.Kind.OVERLOADED.with(
                "no room to remember another id (publish.publish-ids.max): try again later");
    return new Outcome.Refused(channel, problem);
  }

  /** A channel and a position in it. */
  static JsonObject json(String channel, Position position) {
    return new JsonObject()
        .put("channel", channel)
        .put("cursor", Cursor.part(Channel.hash(channel), position));
  }

  /** What a client is told when there was no memory; it has been noted already. */
  static Problem noMemory() {
    return Problem.Kind.OVERLOADED.with("the node is out of memory: try again on another one");
  }

  /** What a failed future of the broker is to a client. */
  static Problem problem(Throwable cause) {
    if (cause instanceof Broker.Unavailable unavailable && unavailable.isPerhapsDone()) {
      return Problem.Kind.OUTCOME_UNKNOWN.with(
          cause.getMessage() + ": send it again with the same Idempotency-Key, to any node");
    }
    if (cause instanceof Broker.Unavailable) {
      return Problem.Kind.UNAVAILABLE.with(cause.getMessage() + ": try again later");
    }
    if (cause instanceof OutOfMemoryError) {
      return noMemory();
    }
    LOG.error("the broker failed", cause);
    return Problem.Kind.INTERNAL.with("see the log of this node");
  }

  private static Answer only(Outcome outcome) {
    return outcome instanceof Outcome.Refused refused
        ? new Answer.Failed(refused.problem())
        : new Answer.Results(outcome);
  }

  private static Answer joined(Item item, Outcome[] outcomes) {
    Problem nothing = nothingStored(outcomes);
    return nothing == null
        ? new Answer.Results(result(item, Arrays.asList(outcomes)))
        : new Answer.Failed(nothing);
  }

  private static Answer joined(List<Item> items, Outcome[] outcomes) {
    Problem nothing = nothingStored(outcomes);
    if (nothing != null) {
      return new Answer.Failed(nothing);
    }
    List<Result> results = new ArrayList<>(items.size());
    int from = 0;
    for (Item item : items) {
      int to = from + item.channels().size();
      results.add(result(item, Arrays.asList(outcomes).subList(from, to)));
      from = to;
    }
    return new Answer.Results(new Result.Several(results));
  }

  /**
   * The refusal of the whole, if it may pass and nothing of it is in as far as is known (PUB-13);
   * else null.
   */
  private static @Nullable Problem nothingStored(Outcome[] outcomes) {
    Problem passing = null;
    for (Outcome outcome : outcomes) {
      if (outcome instanceof Outcome.Stored) {
        return null;
      }
      Problem problem = ((Outcome.Refused) outcome).problem();
      boolean unknown = passing != null && passing.kind() == Problem.Kind.OUTCOME_UNKNOWN;
      if (problem.kind().status() >= 500 && !unknown) {
        passing = problem;
      }
    }
    return passing;
  }

  private static Result result(Item item, List<Outcome> outcomes) {
    return item.several() ? new Result.Several(outcomes) : outcomes.get(0);
  }
}
