package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.spi.discovery.DiscoveryNode;
import io.sluice.config.Config.Address;
import io.sluice.config.Config.Cluster;
import io.sluice.server.StartException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class HazelcastSettingsTest {

  private static final String SECRET = "a secret of the tests";

  private static final List<Address> THREE =
      List.of(
          new Address("127.0.0.1", 5701),
          new Address("198.51.100.2", 5701),
          new Address("node3", 5702));

  private static Cluster cluster(List<Address> members, @Nullable String dns, int size) {
    Address bind = dns == null ? null : new Address("127.0.0.1", 5709);
    return new Cluster(
        members,
        dns,
        size,
        bind,
        SECRET,
        false,
        2,
        Duration.ofMillis(4500),
        Duration.ofSeconds(30));
  }

  private static Config config(Cluster cluster) {
    return HazelcastSettings.of(cluster, "n1", "1.2.3", number -> null);
  }

  @Test
  void theNameOfTheClusterIsOfTheSecretAndTheProtocol() {
    assertThat(ClusterName.of(SECRET))
        .isEqualTo(ClusterName.of(SECRET))
        .isNotEqualTo(ClusterName.of(SECRET + " "))
        .matches("sluice-" + ClusterName.PROTOCOL + "-[0-9a-f]{32}");
    assertThat(config(cluster(THREE, null, 3)).getClusterName()).isEqualTo(ClusterName.of(SECRET));
  }

  @Test
  void theSecretStandsNowhere() {
    Config config = config(cluster(THREE, null, 3));
    assertThat(config.toString()).doesNotContain(SECRET);
    assertThat(config.getProperties().values())
        .noneMatch(value -> value.toString().contains(SECRET));
    assertThat(config.getInstanceName()).doesNotContain(config.getClusterName());
  }

  @Test
  void aNodeSaysWhoItIs() {
    assertThat(config(cluster(THREE, null, 3)).getMemberAttributeConfig().getAttributes())
        .isEqualTo(
            Map.of(
                HazelcastSettings.NODE,
                "n1",
                HazelcastSettings.VERSION,
                "1.2.3",
                Terms.SIZE,
                "3",
                Terms.BACKUPS,
                "2",
                Terms.HEARTBEAT_LIMIT,
                "4500"));
  }

  @Test
  void listensAtItsOwnAddressOnly() {
    Config config = config(cluster(THREE, null, 3));
    assertThat(config.getProperty("hazelcast.local.localAddress")).isEqualTo("127.0.0.1");
    assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
    var endpoints = config.getAdvancedNetworkConfig().getEndpointConfigs();
    assertThat(endpoints).containsOnlyKeys(EndpointQualifier.MEMBER);
    var members =
        (ServerSocketEndpointConfig)
            Objects.requireNonNull(endpoints.get(EndpointQualifier.MEMBER));
    assertThat(members.getPort()).isEqualTo(5701);
    assertThat(members.isPortAutoIncrement()).isFalse();
  }

  @Test
  void hasNoMoreCopiesThanNodes() {
    for (int size = 1; size <= 4; size++) {
      MapConfig channels =
          config(cluster(THREE.subList(0, 1), null, size)).getMapConfig("channels");
      assertThat(channels.getBackupCount()).isEqualTo(Math.min(2, size - 1));
      assertThat(channels.getInMemoryFormat()).isEqualTo(InMemoryFormat.OBJECT);
      assertThat(channels.getMergePolicyConfig().getPolicy()).endsWith(".DiscardMergePolicy");
    }
  }

  @Test
  void countsSilenceInWholeSecondsNeverLessThanAsked() {
    Config config = config(cluster(THREE, null, 3));
    assertThat(config.getProperty("hazelcast.max.no.heartbeat.seconds")).isEqualTo("5");
    assertThat(config.getProperty("hazelcast.operation.call.timeout.millis")).isEqualTo("4500");
  }

  @Test
  void doesNotStartWhereNoMemberIs() {
    List<Address> elsewhere = List.of(new Address("198.51.100.2", 5701));
    assertThatThrownBy(() -> config(cluster(elsewhere, null, 1)))
        .isInstanceOf(StartException.class)
        .hasMessage(
            "cluster.members (expected one that is an address of this machine): add this node, or"
                + " set cluster.bind to the member that it is");
  }

  private static InetAddress private10(int last) throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
  }

  private static InetAddress[] lookUp(String host) throws UnknownHostException {
    return switch (host) {
      case "headless" -> new InetAddress[] {private10(7), private10(8)};
      case "127.0.0.1", "198.51.100.2" -> InetAddress.getAllByName(host);
      default -> throw new UnknownHostException(host);
    };
  }

  private static List<String> nodes(Cluster cluster) {
    List<String> addresses = new ArrayList<>();
    for (DiscoveryNode node :
        new Nodes(cluster, 5709, HazelcastSettingsTest::lookUp).discoverNodes()) {
      addresses.add(node.getPublicAddress().getHost() + ":" + node.getPublicAddress().getPort());
    }
    return addresses;
  }

  @Test
  void everyAddressOfANameIsANode() {
    assertThat(nodes(cluster(List.of(), "headless", 3)))
        .containsExactly("10.0.0.7:5709", "10.0.0.8:5709");
    assertThat(nodes(cluster(List.of(), "nowhere", 3))).isEmpty();
  }

  @Test
  void aMemberThatNobodyKnowsLeavesTheOthers() {
    assertThat(nodes(cluster(THREE, null, 3)))
        .containsExactly("127.0.0.1:5701", "198.51.100.2:5701");
  }
}
