package io.sluice.channel.local;

import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Event;
import io.sluice.channel.History;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.log.Budget;
import io.sluice.channel.log.Floor;
import io.sluice.metrics.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The broker of one node and the reference for every other: logs in this process's memory, each
 * owned by the home loop of its channel.
 *
 * <p>A call from a channel's home loop is answered before it returns; any other is handed over and
 * its future completes on the home loop. It never fails with {@link Broker.Unavailable}.
 */
public final class LocalBroker implements Broker {

  /** Roughly what one publish id takes on the heap, with what is remembered by it. */
  public static final int PUBLISH_ID_BYTES = 384;

  private final List<Shard> shards;
  private final Shard.Node node;

  /**
   * What a node keeps.
   *
   * @param historyOf the history of a channel, by its name; asked once for each life of a channel,
   *     and by {@link #retune}
   * @param floor what each log keeps beside its history
   * @param historyBytes memory of all events together; beyond it the loops that have more than
   *     their share drop those of their events that would expire first
   * @param identityBytes memory of all identities together; beyond it the loops that have more than
   *     their share forget unborn channels first, then those used longest ago; never one that is
   *     followed
   * @param rememberMs how long an identity outlives its last use
   * @param keepIdsMs how long publish ids are kept
   * @param maxIds how many publish ids are kept; beyond it publishes with an id are refused
   * @param wallClockMs milliseconds since 1970, for the time that an event shows to people
   * @param regionBytes of the heap, see {@link Event#memoryBytes}
   */
  public record Settings(
      Function<String, History> historyOf,
      Floor floor,
      long historyBytes,
      long identityBytes,
      long rememberMs,
      long keepIdsMs,
      int maxIds,
      LongSupplier wallClockMs,
      long regionBytes) {

    /** On a heap without regions. */
    public Settings(
        Function<String, History> historyOf,
        Floor floor,
        long historyBytes,
        long identityBytes,
        long rememberMs,
        long keepIdsMs,
        int maxIds,
        LongSupplier wallClockMs) {
      this(
          historyOf,
          floor,
          historyBytes,
          identityBytes,
          rememberMs,
          keepIdsMs,
          maxIds,
          wallClockMs,
          0);
    }
  }

  /**
   * A broker whose channels are spread over the loops.
   *
   * @param random gives each loop its own source for epochs and stamps
   */
  public LocalBroker(
      List<Loop> loops, Settings settings, Supplier<RandomGenerator> random, Metrics metrics) {
    node =
        new Shard.Node(
            new Budget(settings.historyBytes(), loops.size()),
            new Budget(settings.identityBytes(), loops.size()),
            new Budget(settings.maxIds(), 1),
            new AtomicInteger(),
            metrics);
    List<Shard> made = new ArrayList<>();
    for (Loop loop : loops) {
      made.add(new Shard(loop, settings, node, random.get()));
    }
    shards = List.copyOf(made);
    shards.forEach(shard -> shard.siblings(shards));
    metrics.gauge("sluice_channels", "Channels that have a record", () -> node.channels().get());
    metrics.gauge(
        "sluice_history_bytes", "Memory that the kept events take", this::historyBytesUsed);
    metrics.gauge(
        "sluice_identity_bytes", "Memory that the identities take", this::identityBytesUsed);
    metrics.gauge("sluice_publish_ids", "Publish ids that are kept", this::idsUsed);
  }

  @Override
  public Future<Published> publish(String channel, Publication publication) {
    return ask(shard(channel), shard -> shard.publish(channel, publication));
  }

  @Override
  public Future<Slice> follow(String channel, Start start, Page page) {
    return ask(shard(channel), shard -> shard.follow(channel, start, page));
  }

  @Override
  public Future<Slice> read(String channel, Position after, Page page) {
    return ask(shard(channel), shard -> shard.read(channel, after, page));
  }

  @Override
  public void unfollow(String channel) {
    Shard shard = shard(channel);
    shard.loop().run(() -> shard.unfollow(channel));
  }

  @Override
  public Future<Position> delete(String channel) {
    return ask(shard(channel), shard -> shard.delete(channel));
  }

  @Override
  public Future<@Nullable Info> inspect(String channel) {
    return ask(shard(channel), shard -> shard.inspect(channel));
  }

  @Override
  public Future<List<Info>> list(String afterName, int limit) {
    return askAll(shard -> shard.list(afterName, limit))
        .map(
            lists ->
                lists.stream()
                    .flatMap(List::stream)
                    .sorted(Comparator.comparing(Info::channel))
                    .limit(limit)
                    .toList());
  }

  /** Sets the listener on every loop; complete when all have it. */
  @Override
  public void listener(Listener listener) {
    for (Shard shard : shards) {
      shard.loop().run(() -> shard.listener(listener));
    }
  }

  @Override
  public void retune() {
    for (Shard shard : shards) {
      shard.loop().run(shard::retune);
    }
  }

  /** How many channels have a record. */
  public Future<Integer> channelCount() {
    return askAll(Shard::channelCount)
        .map(counts -> counts.stream().mapToInt(Integer::intValue).sum());
  }

  /** Bytes that the kept events take. Any thread may ask. */
  public long historyBytesUsed() {
    return node.history().used();
  }

  /** Bytes that the identities take. Any thread may ask. */
  public long identityBytesUsed() {
    return node.identities().used();
  }

  /** Publish ids that are kept. Any thread may ask. */
  public long idsUsed() {
    return node.publishIds().used();
  }

  /** Everything that an orderly stop leaves behind. Publishing has ended before. */
  public Future<SavedState> save() {
    return askAll(Shard::save).map(SavedState::join);
  }

  /** Takes over what an orderly stop left. Before anything else is asked of this broker. */
  public Future<Void> restore(SavedState state) {
    List<SavedState> parts = state.split(shards.size(), this::indexOf);
    return askAll(
            shard -> {
              shard.restore(parts.get(shards.indexOf(shard)));
              return true;
            })
        .mapEmpty();
  }

  private int indexOf(String channel) {
    return Math.floorMod(Channel.hash(channel), shards.size());
  }

  private Shard shard(String channel) {
    return shards.get(indexOf(channel));
  }

  private <T extends @Nullable Object> Future<List<T>> askAll(Function<Shard, T> question) {
    List<Future<T>> answers = shards.stream().map(shard -> ask(shard, question)).toList();
    return Future.all(answers).map(all -> answers.stream().map(Future::result).toList());
  }

  private <T extends @Nullable Object> Future<T> ask(Shard shard, Function<Shard, T> question) {
    if (shard.loop().isCurrent()) {
      return answer(shard, question);
    }
    Promise<T> promise = Promise.promise();
    shard
        .loop()
        .execute(
            () -> {
              try {
                promise.complete(question.apply(shard));
              } catch (RuntimeException defect) {
                promise.fail(defect);
              } catch (OutOfMemoryError full) {
                node.metrics().outOfMemory("a question to a log", full);
                if (!promise.tryFail(full)) { // else whoever waits is answered by that
                  throw full;
                }
              }
            });
    return promise.future();
  }

  private <T extends @Nullable Object> Future<T> answer(Shard shard, Function<Shard, T> question) {
    try {
      return Future.succeededFuture(question.apply(shard));
    } catch (RuntimeException defect) {
      return Future.failedFuture(defect);
    } catch (OutOfMemoryError full) {
      node.metrics().outOfMemory("a question to a log", full);
      return Future.failedFuture(full);
    }
  }
}
