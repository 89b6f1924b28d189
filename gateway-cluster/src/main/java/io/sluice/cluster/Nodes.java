package io.sluice.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.spi.discovery.DiscoveryNode;
import com.hazelcast.spi.discovery.SimpleDiscoveryNode;
import com.hazelcast.spi.discovery.integration.DiscoveryService;
import io.sluice.config.Config.Cluster;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the nodes are: asked when this node starts, and every few seconds while one is missing.
 * Names are looked up anew each time, because a node may come back at another address; Hazelcast's
 * own list of members would drop names of other machines where the own address is set.
 */
final class Nodes implements DiscoveryService {

  private static final Logger LOG = LoggerFactory.getLogger(Nodes.class);

  private final Cluster cluster;
  private final int port;
  private final LookUp names;

  /** Finds all addresses of a name. */
  @FunctionalInterface
  interface LookUp {
    InetAddress[] of(String host) throws UnknownHostException;
  }

  /**
   * Those of a cluster.
   *
   * @param port of nodes that are known by one name
   */
  Nodes(Cluster cluster, int port, LookUp names) {
    this.cluster = cluster;
    this.port = port;
    this.names = names;
  }

  @Override
  public void start() {}

  @Override
  public Iterable<DiscoveryNode> discoverNodes() {
    List<DiscoveryNode> nodes = new ArrayList<>();
    if (cluster.dns() != null) {
      add(nodes, cluster.dns(), port);
    }
    cluster.members().forEach(member -> add(nodes, member.host(), member.port()));
    return nodes;
  }

  private void add(List<DiscoveryNode> nodes, String host, int port) {
    try {
      for (InetAddress address : names.of(host)) {
        nodes.add(new SimpleDiscoveryNode(new Address(address, port)));
      }
    } catch (UnknownHostException unknown) {
      // It may become known: other nodes, or this one, are found without it.
      LOG.warn("no address known of a node of the cluster host={}", host);
    }
  }

  @Override
  public void destroy() {}

  @Override
  public Map<String, String> discoverLocalMetadata() {
    return Map.of();
  }
}
