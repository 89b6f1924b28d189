package io.sluice.cluster;

import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.log.Budget;
import io.sluice.channel.log.Share;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The broker of a node in a cluster. A channel's record is with its owner, some node; this node has
 * the tails of the channels that it reads, each with the channel's home loop.
 */
final class ClusterBroker implements Broker {

  private final List<LoopBroker> loops;
  private final LoopBroker.Parts parts;
  private final Keeper keeper;

  /**
   * @param tailBytes memory of all tails of the node together
   */
  ClusterBroker(List<Loop> loops, LoopBroker.Parts parts, Keeper keeper, long tailBytes) {
    this.parts = parts;
    this.keeper = keeper;
    Budget budget = new Budget(tailBytes, loops.size());
    List<LoopBroker> made = new ArrayList<>();
    for (Loop loop : loops) {
      made.add(new LoopBroker(loop, parts, new Share(budget)));
    }
    this.loops = List.copyOf(made);
  }

  List<LoopBroker> loops() {
    return loops;
  }

  @Override
  public Future<Published> publish(String channel, Publication publication) {
    return ask(home(channel), loop -> loop.publish(channel, publication));
  }

  @Override
  public Future<Slice> follow(String channel, Start start, Page page) {
    return ask(home(channel), loop -> loop.follow(channel, start, page));
  }

  @Override
  public Future<Slice> read(String channel, Position after, Page page) {
    return ask(home(channel), loop -> loop.read(channel, after, page));
  }

  @Override
  public void unfollow(String channel) {
    LoopBroker home = home(channel);
    home.loop().run(() -> home.unfollow(channel));
  }

  @Override
  public Future<Position> delete(String channel) {
    Unavailable refusal = parts.vitals().refusal();
    return refusal != null
        ? Future.failedFuture(refusal)
        : ask(home(channel), loop -> loop.delete(channel));
  }

  @Override
  public Future<@Nullable Info> inspect(String channel) {
    Unavailable refusal = parts.vitals().refusal();
    return refusal != null ? Future.failedFuture(refusal) : inspected(channel);
  }

  private Future<@Nullable Info> inspected(String channel) {
    parts.metrics().operation("inspect");
    return parts
        .owners()
        .inspect(channel)
        .compose(
            answer ->
                switch (answer.status()) {
                  case KNOWN -> Future.<@Nullable Info>succeededFuture(answer.info());
                  case NONE -> Future.<@Nullable Info>succeededFuture(null);
                  case NO_QUORUM -> Future.<@Nullable Info>failedFuture(Looks.noMajority());
                },
            failure -> Future.failedFuture(Looks.unavailable(failure)));
  }

  @Override
  public Future<List<Info>> list(String afterName, int limit) {
    Unavailable refusal = parts.vitals().refusal();
    if (refusal != null) {
      return Future.failedFuture(refusal);
    }
    return new Listing(loops.get(0).loop(), parts.owners(), this::inspected, limit)
        .after(afterName);
  }

  @Override
  public void listener(Listener listener) {
    for (LoopBroker loop : loops) {
      loop.loop().run(() -> loop.listener(listener));
    }
  }

  @Override
  public void retune() {
    keeper.retune();
    for (LoopBroker loop : loops) {
      loop.loop().run(loop::retune);
    }
  }

  /** What the records on this node have in common. */
  Keeper keeper() {
    return keeper;
  }

  /** Channels that this node follows, about. Any thread may ask. */
  int followed() {
    return loops.stream().mapToInt(LoopBroker::followed).sum();
  }

  /** What another node has said about a channel. Any thread may call. */
  void hinted(Peers.Hint hint) {
    LoopBroker home = home(hint.events().channel());
    home.loop().execute(() -> home.hinted(hint));
  }

  /** Nothing can be answered any more: readers come back later, here or elsewhere. */
  void sendAway(Unavailable why) {
    for (LoopBroker loop : loops) {
      loop.loop().execute(() -> loop.sendAway(why));
    }
  }

  private LoopBroker home(String channel) {
    return loops.get(Math.floorMod(Channel.hash(channel), loops.size()));
  }

  private static <T extends @Nullable Object> Future<T> ask(
      LoopBroker home, Function<LoopBroker, Future<T>> question) {
    if (home.loop().isCurrent()) {
      return question.apply(home);
    }
    Promise<T> promise = Promise.promise();
    home.loop().execute(() -> question.apply(home).onComplete(promise));
    return promise.future();
  }
}
