package io.sluice.cluster;

import io.sluice.config.Config;
import io.sluice.server.BrokerFactory;

/**
 * Makes the broker of a node whose configuration has a block {@code cluster}, and that of a node
 * alone otherwise; then nothing of Hazelcast is loaded.
 */
public final class ClusterFactory implements BrokerFactory {

  @Override
  public Made make(Parts parts) {
    Config.Cluster cluster = parts.config().cluster();
    return cluster == null ? BrokerFactory.LOCAL.make(parts) : Joining.join(parts, cluster);
  }
}
