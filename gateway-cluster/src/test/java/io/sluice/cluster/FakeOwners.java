package io.sluice.cluster;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.NullMarked;

/** How a node of a {@link FakeCluster} reaches the owner. */
@NullMarked
final class FakeOwners implements Owners {

  private final FakeCluster cluster;
  private final FakeNode node;

  FakeOwners(FakeCluster cluster, FakeNode node) {
    this.cluster = cluster;
    this.node = node;
  }

  private Keeper keeper() {
    return cluster.stores.get(node.index).keeper;
  }

  @Override
  public Future<Appended> append(String channel, PublishRequest request) {
    return cluster.ask(node, channel, new Append(keeper(), request));
  }

  @Override
  public Future<Sliced> look(String channel, Look.Query query) {
    return cluster.ask(node, channel, new Look(keeper(), query));
  }

  @Override
  public void unfollow(String channel, long version) {
    cluster.ask(node, channel, new Unfollow(keeper(), node.number(), version));
  }

  @Override
  public Future<Emptied> empty(String channel) {
    return cluster.ask(node, channel, new Empty(keeper()));
  }

  @Override
  public Future<Inspected> inspect(String channel) {
    return cluster.ask(node, channel, new Inspect(keeper(), node.number()));
  }

  @Override
  public Future<List<String>> names(String afterName, int limit) {
    return Future.succeededFuture(new Names(cluster.owner().keeper, afterName, limit).call());
  }

  @Override
  public BooleanSupplier losses() {
    int before = cluster.killed;
    int copies = cluster.backup == FakeCluster.NONE ? 1 : 2;
    return () -> cluster.killed - before >= copies;
  }

  @Override
  public int partition(String channel) {
    return 0;
  }
}
