package io.sluice.cluster;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.History;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.server.BrokerFactory;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A shared node's broker as one guest has it: the same, but for the names of channels.
 *
 * <p>A publish is answered when every node that follows the channel has been told of the event. A
 * poll that comes to another node at once may be answered without it otherwise, which is right, but
 * no test of one node is prepared for it.
 */
@NullMarked
final class Seat implements Broker, Broker.Listener {

  private static final long LOOK_MS = 1;

  private final Guest guest;
  private final TestNode node;
  private final BrokerFactory.Parts parts;
  private final AtomicBoolean left = new AtomicBoolean();
  private volatile @Nullable Listener listener;

  Seat(Guest guest, TestNode node, BrokerFactory.Parts parts) {
    this.guest = guest;
    this.node = node;
    this.parts = parts;
  }

  TestNode node() {
    return node;
  }

  History historyOf(String channel) {
    return parts.historyOf().apply(channel);
  }

  /** Whether it was there until now. */
  boolean left() {
    return left.compareAndSet(false, true);
  }

  boolean hasLeft() {
    return left.get();
  }

  @Override
  public Future<Published> publish(String channel, Publication publication) {
    String name = guest.use(channel);
    return node.broker
        .publish(name, publication)
        .compose(
            answer ->
                answer instanceof Published.Stored stored
                    ? heard(name, stored.position()).map(answer)
                    : Future.succeededFuture(answer));
  }

  private Future<?> heard(String name, Position position) {
    return Future.all(
        guest.cluster().nodes().stream().map(each -> heard(each, name, position)).toList());
  }

  private static Future<Void> heard(TestNode node, String name, Position position) {
    List<LoopBroker> loops = node.broker.loops();
    LoopBroker home = loops.get(Math.floorMod(Channel.hash(name), loops.size()));
    Promise<Void> heard = Promise.promise();
    home.loop().execute(() -> look(home, name, position, heard));
    return heard.future();
  }

  private static void look(LoopBroker home, String name, Position position, Promise<Void> heard) {
    for (Tail tail : home.tails()) {
      if (tail.channel.equals(name) && !isAt(tail, position)) {
        home.loop().after(LOOK_MS, () -> look(home, name, position, heard));
        return;
      }
    }
    heard.complete();
  }

  private static boolean isAt(Tail tail, Position position) {
    return tail.isFollowing()
        && (tail.head().epoch() != position.epoch() || tail.head().offset() >= position.offset());
  }

  @Override
  public Future<Slice> follow(String channel, Start start, Page page) {
    return node.broker.follow(guest.use(channel), start, page).map(this::own);
  }

  @Override
  public Future<Slice> read(String channel, Position after, Page page) {
    return node.broker.read(guest.use(channel), after, page).map(this::own);
  }

  private Slice own(Slice slice) {
    return new Slice(slice.gap(), own(slice.events()), slice.head());
  }

  private Batch own(Batch batch) {
    return new Batch(guest.channel(batch.channel()), batch.follows(), batch.events());
  }

  @Override
  public void unfollow(String channel) {
    node.broker.unfollow(guest.name(channel));
  }

  @Override
  public Future<Position> delete(String channel) {
    return node.broker.delete(guest.name(channel));
  }

  @Override
  public Future<@Nullable Info> inspect(String channel) {
    return node.broker.inspect(guest.name(channel)).map(info -> info == null ? null : own(info));
  }

  private Info own(Info info) {
    return new Info(
        guest.channel(info.channel()),
        info.head(),
        info.count(),
        info.bytes(),
        info.followed(),
        info.elsewhere());
  }

  @Override
  public Future<List<Info>> list(String afterName, int limit) {
    return node.broker
        .list(guest.name(afterName), limit)
        .map(
            all ->
                all.stream()
                    .filter(info -> Guest.numberIn(info.channel()) == guest.number())
                    .map(this::own)
                    .toList());
  }

  @Override
  public void retune() {
    node.broker.retune();
  }

  @Override
  public void listener(Listener receiver) {
    listener = receiver;
  }

  private Listener listener() {
    return Objects.requireNonNull(listener, "what is followed has a listener");
  }

  @Override
  public void onBatch(Batch batch) {
    listener().onBatch(own(batch));
  }

  @Override
  public void onUnavailable(String name, Unavailable failure) {
    listener().onUnavailable(guest.channel(name), failure);
  }

  @Override
  public void onReset(String name) {
    listener().onReset(guest.channel(name));
  }

  @Override
  public int readers(String name) {
    Listener receiver = listener; // a node compares also before the guest has a hub
    return receiver == null ? 0 : receiver.readers(guest.channel(name));
  }
}
