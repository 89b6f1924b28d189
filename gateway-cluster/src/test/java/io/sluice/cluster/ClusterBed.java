package io.sluice.cluster;

import io.sluice.channel.Broker;
import io.sluice.channel.BrokerBed;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.vertx.core.Future;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as the contract of brokers sees it: whoever publishes is another node than whoever
 * reads, as far as there are several.
 */
@NullMarked
final class ClusterBed implements BrokerBed {

  private final TestCluster cluster;
  private final Broker broker;

  ClusterBed(TestCluster cluster) {
    this.cluster = cluster;
    int last = cluster.nodes.size() - 1;
    this.broker = new Spread(node(0), node(last), node(last / 2));
  }

  private Broker node(int index) {
    return cluster.nodes.get(index).broker;
  }

  @Override
  public Broker broker() {
    return broker;
  }

  @Override
  public <T extends @Nullable Object> T await(Future<T> answer) {
    T result = TestCluster.await(answer);
    rest();
    return result;
  }

  @Override
  public void advance(long ms) {
    cluster.aheadMs.addAndGet(ms);
    rest();
  }

  /** Waits until every node has been told what it follows. */
  private void rest() {
    TestMembers.await(() -> cluster.nodes.stream().allMatch(this::isUpToDate));
  }

  private boolean isUpToDate(TestNode node) {
    for (LoopBroker loop : node.broker.loops()) {
      Future<List<Tail>> tails =
          Future.future(p -> loop.loop().execute(() -> p.complete(List.copyOf(loop.tails()))));
      for (Tail tail : TestCluster.await(tails)) {
        Broker.Info info = TestCluster.await(node.broker.inspect(tail.channel));
        Position head =
            TestCluster.await(
                Future.future(p -> loop.loop().execute(() -> p.complete(tail.head()))));
        if (info == null || !info.head().equals(head)) {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public void forget(String channel) {
    cluster.nodes.get(0).hazelcast.getMap(HazelcastSettings.CHANNELS).delete(channel);
  }

  /** Publishes here, reads there, asks yet elsewhere. */
  private record Spread(Broker writer, Broker reader, Broker other) implements Broker {
    @Override
    public Future<Published> publish(String channel, Publication publication) {
      return writer.publish(channel, publication);
    }

    @Override
    public Future<Slice> follow(String channel, Start start, Page page) {
      return reader.follow(channel, start, page);
    }

    @Override
    public Future<Slice> read(String channel, Position after, Page page) {
      return reader.read(channel, after, page);
    }

    @Override
    public void unfollow(String channel) {
      reader.unfollow(channel);
    }

    @Override
    public Future<Position> delete(String channel) {
      return other.delete(channel);
    }

    @Override
    public Future<@Nullable Info> inspect(String channel) {
      return other.inspect(channel);
    }

    @Override
    public Future<List<Info>> list(String afterName, int limit) {
      return other.list(afterName, limit);
    }

    @Override
    public void retune() {
      writer.retune();
      reader.retune();
      other.retune();
    }

    @Override
    public void listener(Listener listener) {
      reader.listener(listener);
    }
  }
}
