package io.sluice.cluster;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.DiscoveryConfig;
import com.hazelcast.config.ExecutorConfig;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.MetricsConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.spi.merge.DiscardMergePolicy;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperty;
import io.sluice.config.Config.Address;
import io.sluice.config.Config.Cluster;
import io.sluice.config.Config.Cluster.Seat;
import io.sluice.server.StartException;
import java.net.BindException;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Our configuration as Hazelcast's. What it sets differs from Hazelcast's default for the reason
 * that stands beside it; what is not named here is as Hazelcast has it, and no file and no default
 * of a file is read.
 */
final class HazelcastSettings {

  /** Into so many parts the channels are divided among the nodes. */
  static final int PARTITIONS = 271;

  /** The map of all channels. */
  static final String CHANNELS = "channels";

  /** Runs what tells a node of new events. */
  static final String HINTS = "hints";

  /** Runs what nodes ask each other. */
  static final String QUESTIONS = "questions";

  /** Runs what nodes ask each other about themselves, where a thread may wait for the answer. */
  static final String STATUS = "status";

  /** A member's attribute: the node's own name. */
  static final String NODE = "sluice.node";

  /** A member's attribute: the version of Sluice. */
  static final String VERSION = "sluice.version";

  /**
   * Batches that wait for the one thread that gives them to the hub. A hint beyond it is refused
   * and, like any lost one, made up for by the next repair.
   */
  private static final int WAITING_HINTS = 4096;

  private static final int WAITING_QUESTIONS = 1024;

  private HazelcastSettings() {}

  /**
   * The settings of one node.
   *
   * @param nodeId names the node in logs and to the others; unique in the cluster
   * @param version of Sluice
   * @param wire makes what nodes send each other
   * @throws StartException if this machine does not fit the configuration
   */
  static Config of(Cluster cluster, String nodeId, String version, DataSerializableFactory wire) {
    Address here = seat(cluster);
    Config config = new Config();
    config.setClusterName(ClusterName.of(cluster.secret()));
    // Threads carry the instance's name, and the cluster's name is as good as the secret.
    config.setInstanceName("sluice-" + nodeId);
    config.getMemberAttributeConfig().setAttribute(NODE, nodeId);
    new Terms(version, cluster)
        .attributes()
        .forEach((name, value) -> config.getMemberAttributeConfig().setAttribute(name, value));
    network(config, cluster, here);
    AllowList.apply(config, Wire.FACTORY, wire);
    config.addMapConfig(channels(cluster.copies()));
    config.addExecutorConfig(executor(HINTS, 1, WAITING_HINTS));
    config.addExecutorConfig(executor(QUESTIONS, 2, WAITING_QUESTIONS));
    config.addExecutorConfig(executor(STATUS, 2, WAITING_QUESTIONS));
    config.setMetricsConfig(new MetricsConfig().setEnabled(false));
    membership(config, cluster.heartbeatLimit());
    operations(config, cluster.heartbeatLimit());
    quiet(config);
    return config;
  }

  /**
   * A start that Hazelcast refused, in words for people.
   *
   * @param refusal why the others did not let this node in; null if it was not they
   */
  static StartException refused(
      RuntimeException failure, @Nullable String refusal, Cluster cluster) {
    if (refusal != null) {
      return new StartException(refusal, failure);
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return new StartException(
            "cluster.bind = %s (expected a port that is free): another program listens there: end it, or take another port on all nodes"
                .formatted(seat(cluster)),
            failure);
      }
    }
    return new StartException("cluster: this node cannot join: " + failure.getMessage(), failure);
  }

  private static Address seat(Cluster cluster) {
    Seat seat = cluster.seat();
    if (seat instanceof Seat.Found found) {
      return found.address();
    }
    Seat.Refused refused = (Seat.Refused) seat;
    throw new StartException(
        "cluster.%s (expected %s): %s"
            .formatted(refused.key(), refused.expected(), refused.advice()),
        null);
  }

  private static void network(Config config, Cluster cluster, Address here) {
    // Networking by endpoints, of which there is one: members are understood, clients are not.
    AdvancedNetworkConfig network = config.getAdvancedNetworkConfig().setEnabled(true);
    ServerSocketEndpointConfig members = new ServerSocketEndpointConfig();
    // The very port, or none: the others would not find another one.
    members.setPort(here.port()).setPortAutoIncrement(false);
    // A node that cannot be reached must not hold up those that can.
    members.setSocketConnectTimeoutSeconds(3);
    network.setMemberEndpointConfig(members);
    // This address and no other, also for connections that this node makes.
    config.setProperty("hazelcast.local.localAddress", here.host());
    set(config, ClusterProperty.SOCKET_BIND_ANY, false);
    set(config, ClusterProperty.PREFER_IPv4_STACK, here.host().indexOf(':') < 0);
    JoinConfig join = network.getJoin();
    // Nobody is found by shouting, nor by asking a cloud.
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    // Nodes that start together agree after so long who is first; Hazelcast would take 5 s.
    join.getTcpIpConfig().setConnectionTimeoutSeconds(2);
    join.setDiscoveryConfig(
        new DiscoveryConfig()
            .setDiscoveryServiceProvider(
                ignored -> new Nodes(cluster, here.port(), InetAddress::getAllByName)));
    set(config, ClusterProperty.DISCOVERY_SPI_ENABLED, true);
  }

  private static MapConfig channels(int copies) {
    return new MapConfig(CHANNELS)
        // An append changes the record where it is; nothing is read or written as bytes.
        .setInMemoryFormat(InMemoryFormat.OBJECT)
        .setBackupCount(copies)
        .setAsyncBackupCount(0)
        // After a split the smaller side's records go: two sequences cannot become one.
        .setMergePolicyConfig(new MergePolicyConfig().setPolicy(DiscardMergePolicy.class.getName()))
        .setStatisticsEnabled(false)
        .setPerEntryStatsEnabled(false);
  }

  private static ExecutorConfig executor(String name, int threads, int waiting) {
    return new ExecutorConfig(name, threads).setQueueCapacity(waiting).setStatisticsEnabled(false);
  }

  private static void membership(Config config, Duration heartbeatLimit) {
    set(config, ClusterProperty.HEARTBEAT_INTERVAL_SECONDS, 1);
    set(config, ClusterProperty.MAX_NO_HEARTBEAT_SECONDS, seconds(heartbeatLimit));
    // If two nodes lose each other but not the third, the fewest have to go, not both.
    set(config, ClusterProperty.PARTIAL_MEMBER_DISCONNECTION_RESOLUTION_HEARTBEAT_COUNT, 3);
    // How soon after a split heals the sides find each other; Hazelcast would wait for minutes.
    set(config, ClusterProperty.MERGE_FIRST_RUN_DELAY_SECONDS, 10);
    set(config, ClusterProperty.MERGE_NEXT_RUN_DELAY_SECONDS, 10);
    // Partitions move to a node that came, and copies are made anew, at once rather than after 5 s.
    set(config, ClusterProperty.WAIT_SECONDS_BEFORE_JOIN, 1);
    set(config, ClusterProperty.MAX_WAIT_SECONDS_BEFORE_JOIN, 5);
    // All nodes must have the same, or they do not form a cluster.
    set(config, ClusterProperty.PARTITION_COUNT, PARTITIONS);
    // How often an owner compares itself with its backups, for what no later append uncovers.
    set(config, ClusterProperty.PARTITION_BACKUP_SYNC_INTERVAL, 10);
    // How long a node that leaves waits until its partitions have moved; 600 s by default.
    set(config, ClusterProperty.GRACEFUL_SHUTDOWN_MAX_WAIT, 20);
  }

  private static void operations(Config config, Duration heartbeatLimit) {
    // Without it an append whose backup never answers would be told as done.
    set(config, ClusterProperty.FAIL_ON_INDETERMINATE_OPERATION_STATE, true);
    // Then it is sent again by its id: soon, because publishing of that channel waits for it.
    set(config, ClusterProperty.OPERATION_BACKUP_TIMEOUT_MILLIS, 1000);
    // Whoever slept for longer has been taken for gone, so what it finds waiting must not run. A
    // call to a node that is silent ends with the node's membership, at the latest after twice
    // this.
    set(config, ClusterProperty.OPERATION_CALL_TIMEOUT_MILLIS, heartbeatLimit.toMillis());
    // A partition that is on the move is asked again after 100 ms instead of 500, for as long.
    set(config, ClusterProperty.INVOCATION_RETRY_PAUSE, 100);
    set(config, ClusterProperty.INVOCATION_MAX_RETRY_COUNT, heartbeatLimit.toMillis() / 100 + 20);
    // It would block event loops; what is in flight is bounded by us.
    set(config, ClusterProperty.BACKPRESSURE_ENABLED, false);
  }

  /** What watches, reports or logs in Hazelcast; Sluice's own metrics and log say what matters. */
  private static void quiet(Config config) {
    set(config, ClusterProperty.PHONE_HOME_ENABLED, false);
    // We leave in order, after the clients.
    set(config, ClusterProperty.SHUTDOWNHOOK_ENABLED, false);
    set(config, ClusterProperty.LOGGING_TYPE, "slf4j");
    // Each line would begin with the cluster's name.
    set(config, ClusterProperty.LOGGING_ENABLE_DETAILS, false);
    set(config, ClusterProperty.HEALTH_MONITORING_LEVEL, "OFF");
  }

  private static void set(Config config, HazelcastProperty property, Object value) {
    config.setProperty(property.getName(), String.valueOf(value));
  }

  /** Hazelcast counts in whole seconds. */
  private static long seconds(Duration duration) {
    return (duration.toMillis() + 999) / 1000;
  }
}
