package io.sluice.cluster;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.metrics.ClusterMetrics;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One loop's publishes on their way to the owners. A request whose outcome is not known is tried
 * again under the same number until it is known, or until nobody would wait for it any longer.
 *
 * <p>Every method runs on the loop.
 */
final class Publishing {

  private static final Logger LOG = LoggerFactory.getLogger(Publishing.class);

  /** How long a request is tried; longer than a silent owner takes to be taken for gone. */
  static final long GIVE_UP_MS = 25_000;

  private static final long FIRST_WAIT_MS = 20;
  private static final long LONGEST_WAIT_MS = 500;

  private final Loop loop;
  private final Surroundings around;
  private final Shown shown;
  private final Map<String, Line> lines = new HashMap<>();
  private long serials;

  /**
   * What it works with.
   *
   * @param node the number of this node
   */
  record Surroundings(long node, Owners owners, Vitals vitals, ClusterMetrics metrics) {}

  /** Hears of every event that all backups have. */
  interface Shown {
    /**
     * Such events.
     *
     * @param followers nodes that follow the channel, as the owner knows
     */
    void show(Batch events, long[] followers);

    /** The epoch of a channel as far as it is known; 0 if it is not. */
    long knownEpoch(String channel);
  }

  Publishing(Loop loop, Surroundings around, Shown shown) {
    this.loop = loop;
    this.around = around;
    this.shown = shown;
  }

  Future<Broker.Published> publish(String channel, Broker.Publication publication) {
    Broker.Unavailable refusal = around.vitals().refusal();
    if (refusal != null) {
      return Future.failedFuture(refusal);
    }
    Promise<Broker.Published> answer = Promise.promise();
    Line line = lines.computeIfAbsent(channel, name -> new Line());
    if (!line.add(new Line.Publish(PublishRequest.Item.of(publication), answer))) {
      around.metrics().refusedPublish();
      return Future.failedFuture(
          new Broker.Unavailable(
              "channel " + channel + " has too many publishes waiting for its owner"));
    }
    if (!line.isBusy()) {
      send(channel, line);
    }
    return answer.future();
  }

  private void send(String channel, Line line) {
    PublishRequest request =
        new PublishRequest(around.node(), ++serials, false, shown.knownEpoch(channel), List.of());
    attempt(
        channel, line, line.next(request, loop.nowMs(), around.owners().losses()), FIRST_WAIT_MS);
  }

  private void attempt(String channel, Line line, Line.Attempt attempt, long waitMs) {
    around.metrics().operation("append");
    loop.receive(
        around.owners().append(channel, attempt.request()),
        result -> received(channel, line, attempt, waitMs, result));
  }

  private void received(
      String channel, Line line, Line.Attempt attempt, long waitMs, AsyncResult<Appended> result) {
    boolean refused = result.succeeded() && result.result().status() == Appended.Status.NO_QUORUM;
    if (result.failed() || (refused && attempt.request().retry())) {
      boolean ran = attempt.request().retry() || !(result.cause() instanceof Owners.NotRun);
      retry(channel, line, new Retry(attempt, ran, waitMs), result);
      return;
    }
    if (refused) {
      refuse(attempt, new Broker.Unavailable("the owner of the channel sees no majority of nodes"));
    } else if (result.result().status() == Appended.Status.UNKNOWN) {
      loop.after(waitMs, () -> doubted(channel, line, attempt, result.result().doubt()));
      return;
    } else if (result.result().status() == Appended.Status.LATE) {
      refuseUnknown(attempt, "a later one was carried out");
    } else {
      done(channel, attempt, result.result());
    }
    ended(channel, line);
  }

  /**
   * A try that failed.
   *
   * @param ran whether it, or one before it, may have been carried out
   */
  private record Retry(Line.Attempt attempt, boolean ran, long waitMs) {}

  private void retry(String channel, Line line, Retry retry, AsyncResult<Appended> result) {
    Line.Attempt attempt = retry.attempt;
    String why = result.failed() ? result.cause().toString() : "no majority";
    boolean alone = around.vitals().refusal() != null; // nothing it hears could be shown
    if (alone || loop.nowMs() - attempt.sinceMs() >= GIVE_UP_MS) {
      LOG.warn("channel {}: gave up on {} publishes: {}", channel, attempt.of().size(), why);
      around.metrics().unknownOutcomes(retry.ran ? attempt.of().size() : 0);
      refuse(
          attempt,
          retry.ran
              ? unknown("the owner did not answer")
              : new Broker.Unavailable("the owner of the channel cannot be reached"));
      ended(channel, line);
      return;
    }
    LOG.debug("channel {}: publishes are tried again: {}", channel, why);
    around.metrics().operation("append-retry");
    loop.after(
        retry.waitMs,
        () ->
            attempt(
                channel,
                line,
                retry.ran ? attempt.with(attempt.request().again()) : attempt,
                Math.min(2 * retry.waitMs, LONGEST_WAIT_MS)));
  }

  /**
   * The owner does not know a request that was tried before. Whoever confirms a try has a copy of
   * the record: if one of those must still be there, no try was carried out; if the record is older
   * than all tries, they have gone to that or nowhere.
   */
  private void doubted(String channel, Line line, Line.Attempt attempt, Appended.Doubt doubt) {
    PublishRequest request = attempt.request();
    long triedMs = loop.nowMs() - attempt.sinceMs();
    boolean forgotten = doubt.forgotMs() <= triedMs;
    if (request.knownEpoch() == 0 && doubt.bornMs() > triedMs) {
      attempt(channel, line, attempt.with(request.of(doubt.epoch())), FIRST_WAIT_MS);
    } else if (request.knownEpoch() == 0 && !forgotten && !attempt.lost().getAsBoolean()) {
      attempt(channel, line, attempt.with(request.first()), FIRST_WAIT_MS);
    } else {
      refuseUnknown(attempt, "the record that it may have gone to is lost");
      ended(channel, line);
    }
  }

  private void refuseUnknown(Line.Attempt attempt, String why) {
    around.metrics().unknownOutcomes(attempt.of().size());
    refuse(attempt, unknown(why));
  }

  private static Broker.Unavailable unknown(String why) {
    return Broker.Unavailable.afterPerhaps(
        "it is not known whether this was published (" + why + ")");
  }

  private static void refuse(Line.Attempt attempt, Broker.Unavailable why) {
    attempt.of().forEach(publish -> publish.answer().fail(why));
  }

  private void done(String channel, Line.Attempt attempt, Appended appended) {
    Broker.Unavailable refusal = around.vitals().refusal();
    if (refusal != null) { // the majority was lost meanwhile: nobody is shown anything
      refuseUnknown(attempt, "the node lost the majority meanwhile");
      return;
    }
    Batch events = appended.events(channel, attempt.request());
    if (!events.isEmpty()) {
      shown.show(events, appended.followers());
    }
    for (int i = 0; i < attempt.of().size(); i++) {
      attempt.of().get(i).answer().complete(published(appended, i));
    }
  }

  private static Broker.Published published(Appended appended, int index) {
    Outcome outcome = appended.outcomes().get(index);
    Position at = new Position(appended.epoch(), outcome.offset(), outcome.stamp());
    return switch (outcome.kind()) {
      case APPENDED -> new Broker.Published.Stored(at, false, appended.elsewhere());
      case REPEATED -> new Broker.Published.Stored(at, true, appended.elsewhere());
      case ID_REUSED -> new Broker.Published.IdReused();
      case IDS_FULL -> new Broker.Published.IdsFull();
    };
  }

  private void ended(String channel, Line line) {
    line.ended();
    if (line.isEmpty()) {
      lines.remove(channel);
    } else {
      send(channel, line);
    }
  }
}
