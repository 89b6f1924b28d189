package io.sluice.cluster;

import io.sluice.config.Config;
import io.sluice.server.BrokerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the broker of a node whose configuration has a block {@code cluster}, and that of a node
 * alone otherwise; then nothing of Hazelcast is loaded.
 */
public final class ClusterFactory implements BrokerFactory {

  private static final Logger LOG = LoggerFactory.getLogger(ClusterFactory.class);

  @Override
  public Made make(Parts parts) {
    Config.Cluster cluster = parts.config().cluster();
    if (cluster == null) {
      return BrokerFactory.LOCAL.make(parts);
    }
    String caveat = cluster.caveat();
    if (caveat != null) {
      LOG.warn("cluster: {}", caveat);
    }
    return Joining.join(parts, cluster);
  }
}
