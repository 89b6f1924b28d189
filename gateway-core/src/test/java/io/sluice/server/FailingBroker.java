package io.sluice.server;

import io.sluice.channel.Broker;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.vertx.core.Future;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A broker that serves as the one behind it does, until it is told to fail. */
@NullMarked
final class FailingBroker implements Broker {

  /** What can be told to fail. */
  enum Call {
    PUBLISH,
    FOLLOW,
    READ,
    ASK
  }

  private final Set<Call> failing = ConcurrentHashMap.newKeySet();
  private final Set<String> followed = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Broker broker;
  private volatile @Nullable Listener listener;

  /** Puts this before a broker; once. */
  FailingBroker over(Broker behind) {
    broker = behind;
    return this;
  }

  /** From now on these calls fail. */
  void fail(Call... calls) {
    failing.addAll(List.of(calls));
  }

  void heal() {
    failing.clear();
  }

  /** Gives up every channel that is followed, as a node does that has lost its quorum. */
  void giveUpFollowed() {
    Listener told = Objects.requireNonNull(listener);
    followed.forEach(channel -> told.onUnavailable(channel, noQuorum()));
  }

  private Broker real() {
    return Objects.requireNonNull(broker);
  }

  private static Unavailable noQuorum() {
    return new Unavailable("no quorum");
  }

  private <T extends @Nullable Object> Future<T> unless(Call call, Future<T> answer) {
    return failing.contains(call) ? Future.failedFuture(noQuorum()) : answer;
  }

  @Override
  public Future<Published> publish(String channel, Publication publication) {
    return failing.contains(Call.PUBLISH)
        ? Future.failedFuture(noQuorum())
        : real().publish(channel, publication);
  }

  @Override
  public Future<Slice> follow(String channel, Start start, Page page) {
    followed.add(channel);
    return unless(Call.FOLLOW, real().follow(channel, start, page));
  }

  @Override
  public Future<Slice> read(String channel, Position after, Page page) {
    return unless(Call.READ, real().read(channel, after, page));
  }

  @Override
  public void retune() {
    real().retune();
  }

  @Override
  public void unfollow(String channel) {
    followed.remove(channel);
    real().unfollow(channel);
  }

  @Override
  public Future<Position> delete(String channel) {
    return unless(Call.ASK, real().delete(channel));
  }

  @Override
  public Future<@Nullable Info> inspect(String channel) {
    return unless(Call.ASK, real().inspect(channel));
  }

  @Override
  public Future<List<Info>> list(String afterName, int limit) {
    return unless(Call.ASK, real().list(afterName, limit));
  }

  @Override
  public void listener(Listener told) {
    listener = told;
    real().listener(told);
  }
}
