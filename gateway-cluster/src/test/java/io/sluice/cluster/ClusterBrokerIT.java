package io.sluice.cluster;

import io.sluice.channel.Broker;
import io.sluice.channel.BrokerBed;
import io.sluice.channel.BrokerContract;
import io.sluice.channel.BrokerIdsContract;
import io.sluice.channel.History;
import io.vertx.core.Future;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;

/** What every broker does, over one, two and three nodes. */
@NullMarked
final class ClusterBrokerIT {

  /** Made when it is needed first: a member takes a while to start. */
  private static final Map<Integer, TestCluster> CLUSTERS = new ConcurrentHashMap<>();

  @AfterAll
  static void end() {
    CLUSTERS.values().forEach(TestCluster::close);
    CLUSTERS.clear();
  }

  /** The cluster as if it were new. */
  private static BrokerBed bed(int nodes, History history) {
    TestCluster cluster = CLUSTERS.computeIfAbsent(nodes, TestCluster::of);
    cluster.history.set(history);
    for (TestNode node : cluster.nodes) {
      for (LoopBroker loop : node.broker.loops()) {
        Future<Void> emptied =
            Future.future(
                done ->
                    loop.loop()
                        .execute(
                            () -> {
                              loop.listener(new Deaf());
                              loop.sendAway(new Broker.Unavailable("another test"));
                              done.complete();
                            }));
        TestCluster.await(emptied);
      }
      node.broker.retune();
    }
    cluster.nodes.get(0).hazelcast.getMap(HazelcastSettings.CHANNELS).clear();
    return new ClusterBed(cluster);
  }

  /** Hears nothing. */
  private static final class Deaf implements Broker.Listener {
    @Override
    public void onBatch(io.sluice.channel.Batch batch) {}

    @Override
    public void onUnavailable(String channel, Broker.Unavailable failure) {}

    @Override
    public void onReset(String channel) {}

    @Override
    public int readers(String channel) {
      return 0;
    }
  }

  @Nested
  final class One extends BrokerContract {
    @Override
    protected BrokerBed bed(History history) {
      return ClusterBrokerIT.bed(1, history);
    }
  }

  @Nested
  final class OneIds extends BrokerIdsContract {
    @Override
    protected BrokerBed bed(History history) {
      return ClusterBrokerIT.bed(1, history);
    }
  }

  @Nested
  final class Two extends BrokerContract {
    @Override
    protected BrokerBed bed(History history) {
      return ClusterBrokerIT.bed(2, history);
    }
  }

  @Nested
  final class TwoIds extends BrokerIdsContract {
    @Override
    protected BrokerBed bed(History history) {
      return ClusterBrokerIT.bed(2, history);
    }
  }

  @Nested
  final class Three extends BrokerContract {
    @Override
    protected BrokerBed bed(History history) {
      return ClusterBrokerIT.bed(3, history);
    }
  }

  @Nested
  final class ThreeIds extends BrokerIdsContract {
    @Override
    protected BrokerBed bed(History history) {
      return ClusterBrokerIT.bed(3, history);
    }
  }
}
