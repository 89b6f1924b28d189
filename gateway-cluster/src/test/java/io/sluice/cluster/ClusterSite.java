package io.sluice.cluster;

import io.sluice.config.Config;
import io.sluice.config.Config.Address;
import io.sluice.server.BrokerFactory;
import io.sluice.server.TestSite;
import java.util.List;
import org.jspecify.annotations.NullMarked;

/** The tests of a gateway run over three nodes of a cluster, the same ones as long as it goes. */
@NullMarked
public final class ClusterSite implements TestSite {

  private static final int NODES = 3;

  @Override
  public int nodes() {
    return NODES;
  }

  @Override
  public BrokerFactory brokers() {
    return SharedCluster.here().guest();
  }

  /** The configurations of nodes that are a cluster of their own, made of that of one. */
  public static List<Config> members(Config config) {
    List<Address> addresses = TestMembers.free(NODES);
    return addresses.stream().map(bind -> member(config, addresses, bind)).toList();
  }

  private static Config member(Config config, List<Address> addresses, Address bind) {
    return new Config(
        config.listen(),
        config.publish(),
        config.channels(),
        config.limits(),
        config.websocket(),
        TestMembers.cluster(addresses, bind, TestMembers.SECRET),
        config.state(),
        config.drain(),
        config.eventLoops(),
        config.routes());
  }
}
