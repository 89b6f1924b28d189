package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.cluster.Address;
import com.hazelcast.config.SocketInterceptorConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.internal.cluster.Joiner;
import com.hazelcast.internal.nio.Connection;
import com.hazelcast.nio.MemberSocketInterceptor;
import io.sluice.config.Config;
import io.sluice.config.Config.Cluster;
import io.sluice.server.StartException;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is let in, and who joins again, with real members. */
@NullMarked
final class DoorIT {

  private final TestMembers members = new TestMembers(new Wire());
  private final Logged strangers = new Logged(Strangers.class);
  private final Logged rejoins = new Logged(Rejoin.class);
  private final List<HazelcastInstance> others = new ArrayList<>();

  /** Hosts between which nothing passes, both ways. */
  private final Set<String> cut = ConcurrentHashMap.newKeySet();

  @AfterEach
  void end() {
    others.forEach(node -> node.getLifecycleService().terminate());
    members.close();
    strangers.close();
    rejoins.close();
  }

  private static int size(HazelcastInstance node) {
    return node.getCluster().getMembers().size();
  }

  private static String address(HazelcastInstance node) {
    return Members.text(node.getCluster().getLocalMember().getAddress());
  }

  private static Cluster cluster(List<Config.Address> all, int index, int size, int backups) {
    return new Cluster(
        all,
        null,
        size,
        all.get(index),
        TestMembers.SECRET,
        false,
        backups,
        Duration.ofSeconds(5),
        Duration.ofSeconds(30));
  }

  @Test
  void whoDiffersInSizeOrCopiesDoesNotStartAndSaysWhyAndWhoDiffersInVersionJoins() {
    List<Config.Address> all = TestMembers.free(2);
    HazelcastInstance first = members.start(cluster(all, 0, 3, 1), same -> same);
    assertThatThrownBy(() -> members.start(cluster(all, 1, 5, 1), same -> same))
        .isInstanceOf(StartException.class)
        .hasMessage(
            "cluster.size = 5 at %s (expected 3, as at %s): set the same on all nodes; it is changed with all of them stopped",
            "127.0.0.1:" + all.get(1).port(), address(first));
    assertThatThrownBy(() -> members.start(cluster(all, 1, 3, 2), same -> same))
        .isInstanceOf(StartException.class)
        .hasMessageStartingWith("cluster.backups = 2 at 127.0.0.1:" + all.get(1).port());
    assertThat(size(first)).isEqualTo(1);

    // Another version alone is no reason.
    HazelcastInstance second =
        members.start(cluster(all, 1, 3, 1), config -> asVersion("another", config));
    TestMembers.await(() -> size(first) == 2 && size(second) == 2);
    assertThat(first.getCluster().getMembers())
        .extracting(member -> member.getAttribute(HazelcastSettings.VERSION))
        .containsExactlyInAnyOrder("test", "another");
    second.getMap("kept").set("room", "event");
    assertThat(first.getMap("kept").get("room")).isEqualTo("event");
  }

  private static com.hazelcast.config.Config asVersion(
      String version, com.hazelcast.config.Config config) {
    config.getMemberAttributeConfig().setAttribute(HazelcastSettings.VERSION, version);
    return config;
  }

  @Test
  void aNodeOfAnotherProtocolStaysAloneAndBothSidesSayWhoAndWhy() {
    List<Config.Address> all = TestMembers.free(2);
    HazelcastInstance ours = members.start(cluster(all, 0, 2, 1), same -> same);
    String name = ClusterName.of(TestMembers.SECRET);
    String other = "sluice-" + (ClusterName.PROTOCOL + 1) + name.substring(name.indexOf('-', 7));
    HazelcastInstance newer =
        members.start(cluster(all, 1, 2, 1), config -> config.setClusterName(other));
    assertThat(size(ours)).isEqualTo(1);
    assertThat(size(newer)).isEqualTo(1);
    assertThat(strangers.lines())
        .filteredOn(line -> line.startsWith("the node at " + address(ours)))
        .singleElement()
        .asString()
        .contains("is of another cluster", "speaks another protocol", "set the same secret");
    assertThat(strangers.lines())
        .filteredOn(line -> line.startsWith("a node of another cluster at " + address(newer)))
        .singleElement()
        .asString()
        .contains("asks to join: it stays out");
  }

  /** Its door is one of ours, its network ours to cut. */
  private HazelcastInstance cuttable(Cluster cluster) {
    Doorkeeper door = new Doorkeeper(cluster, "test");
    com.hazelcast.config.Config config =
        HazelcastSettings.of(cluster, "node-" + cluster.bind(), "test", new Wire());
    // It asks the interceptor of each connection that is made or taken.
    Objects.requireNonNull(
            config.getAdvancedNetworkConfig().getEndpointConfigs().get(EndpointQualifier.MEMBER))
        .setSocketInterceptorConfig(new SocketInterceptorConfig().setEnabled(true));
    HazelcastInstance node =
        HazelcastInstanceFactory.newHazelcastInstance(
            config,
            config.getInstanceName(),
            new DefaultNodeContext() {
              @Override
              public NodeExtension createNodeExtension(Node node) {
                return new Cuttable(node, cut);
              }

              @Override
              public Joiner createJoiner(Node node) {
                return door.createJoiner(node);
              }
            });
    others.add(node);
    return node;
  }

  private static final class Cuttable extends DefaultNodeExtension
      implements MemberSocketInterceptor {
    private final Set<String> cut;

    Cuttable(Node node, Set<String> cut) {
      super(node);
      this.cut = cut;
    }

    @Override
    public MemberSocketInterceptor getSocketInterceptor(EndpointQualifier qualifier) {
      return this;
    }

    @Override
    public void init(Properties properties) {}

    @Override
    public void onConnect(Socket socket) throws IOException {
      refuse(socket);
    }

    @Override
    public void onAccept(Socket socket) throws IOException {
      refuse(socket);
    }

    private void refuse(Socket socket) throws IOException {
      if (cut.contains(socket.getInetAddress().getHostAddress())
          && cut.contains(socket.getLocalAddress().getHostAddress())) {
        throw new IOException("cut");
      }
    }
  }

  private static Node node(HazelcastInstance instance) {
    return ((HazelcastInstanceProxy) instance).getOriginal().node;
  }

  private static void hangUp(HazelcastInstance from, Address to) {
    Connection connection =
        node(from).getServer().getConnectionManager(EndpointQualifier.MEMBER).get(to);
    if (connection != null) {
      connection.close("cut", null);
    }
  }

  @Test
  void whoIsRemovedBecauseItDoesNotReachAllStaysOutUntilItDoes() {
    int port = TestMembers.free(1).get(0).port();
    List<Config.Address> all =
        List.of(
            new Config.Address("127.0.0.1", port),
            new Config.Address("127.0.0.2", port),
            new Config.Address("127.0.0.3", port));
    List<HazelcastInstance> nodes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      nodes.add(cuttable(cluster(all, i, 3, 1)));
    }
    TestMembers.await(() -> nodes.stream().allMatch(node -> size(node) == 3));

    HazelcastInstance second = nodes.get(1);
    HazelcastInstance third = nodes.get(2);
    cut.addAll(Set.of("127.0.0.2", "127.0.0.3"));
    hangUp(second, third.getCluster().getLocalMember().getAddress());
    hangUp(third, second.getCluster().getLocalMember().getAddress());
    TestMembers.await(() -> size(nodes.get(0)) == 2);
    HazelcastInstance removed = inside(nodes.get(0), second) ? third : second;
    HazelcastInstance stays = removed == second ? third : second;
    TestMembers.await(() -> size(removed) == 1);

    node(removed).getJoiner().searchForOtherClusters();
    assertThat(size(removed)).isEqualTo(1);
    assertThat(size(nodes.get(0))).isEqualTo(2);
    assertThat(rejoins.lines())
        .singleElement()
        .asString()
        .startsWith(
            "this node reaches "
                + address(nodes.get(0))
                + " but not "
                + address(stays)
                + " (expected every node of the cluster)");

    cut.clear();
    node(removed).getJoiner().searchForOtherClusters();
    TestMembers.await(() -> nodes.stream().allMatch(node -> size(node) == 3));
  }

  private static boolean inside(HazelcastInstance node, HazelcastInstance other) {
    return node.getCluster().getMembers().stream()
        .anyMatch(each -> Members.text(each.getAddress()).equals(address(other)));
  }
}
