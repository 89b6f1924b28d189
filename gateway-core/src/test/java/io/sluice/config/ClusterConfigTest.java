package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Config.Address;
import io.sluice.config.Config.Cluster;
import io.sluice.config.Config.Cluster.Seat;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The block {@code cluster}; its mistakes stand in {@code mistakes.txt}. */
final class ClusterConfigTest {

  private static final String THREE = "members: [10.0.0.1, node2, '[fd00::3]:5703']";

  /** One whose addresses and names are given. */
  private record Known(Map<String, String> names, Set<String> own) implements Machine {
    @Override
    public @Nullable InetAddress lookUp(String host) {
      InetAddress literal = NodeAddresses.literal(host);
      String known = names.get(host);
      return literal != null || known == null ? literal : NodeAddresses.literal(known);
    }

    @Override
    public boolean has(InetAddress address) {
      return own.contains(address.getHostAddress());
    }
  }

  private static final Machine NODE2 =
      new Known(
          Map.of("node1", "10.0.0.1", "node2", "10.0.0.2", "edge", "203.0.113.2"),
          Set.of("10.0.0.2", "203.0.113.2", "127.0.0.1"));

  private static Cluster read(String keys) {
    var result =
        new ConfigReader(Map.of())
            .read("x.yaml", "cluster: { secret: 'a secret of a cluster', " + keys + " }");
    assertThat(result).as(keys).isInstanceOf(ConfigReader.Result.Accepted.class);
    return Objects.requireNonNull(((ConfigReader.Result.Accepted) result).config().cluster());
  }

  private static Seat seat(String keys) {
    return ClusterSeat.of(read(keys), NODE2);
  }

  private static String refused(String keys) {
    Seat.Refused refused = (Seat.Refused) seat(keys);
    return refused.key() + " (expected " + refused.expected() + "): " + refused.advice();
  }

  @Test
  void withoutTheBlockThereIsNoCluster() {
    var result = new ConfigReader(Map.of()).read("x.yaml", "{}");
    assertThat(((ConfigReader.Result.Accepted) result).config().cluster()).isNull();
  }

  @Test
  void membersAndASecretAreEnough() {
    assertThat(read(THREE))
        .isEqualTo(
            new Cluster(
                List.of(
                    new Address("10.0.0.1", 5701),
                    new Address("node2", 5701),
                    new Address("fd00::3", 5703)),
                null,
                3,
                null,
                "a secret of a cluster",
                false,
                1,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30)));
  }

  @Test
  void aNameNeedsSizeAndBind() {
    Cluster cluster = read("dns: sluice.internal, size: 5, bind: '10.0.0.2:5801', backups: 2");
    assertThat(cluster.dns()).isEqualTo("sluice.internal");
    assertThat(cluster.members()).isEmpty();
    assertThat(cluster.bind()).isEqualTo(new Address("10.0.0.2", 5801));
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 0", "2, 2, 1", "3, 2, 1", "4, 3, 1", "5, 3, 1", "7, 4, 1"})
  void countsTheMajorityOfTheWholeCluster(int size, int majority, int copies) {
    Cluster cluster = read("members: 10.0.0.1, size: " + size);
    assertThat(cluster.majority()).isEqualTo(majority);
    assertThat(cluster.copies()).isEqualTo(copies);
  }

  @Test
  void oneOrTwoNodesAreAcceptedAndSaidToSurviveNothing() {
    assertThat(read("members: 10.0.0.1").caveat()).startsWith("one node:");
    assertThat(read("members: [10.0.0.1, 10.0.0.2]").caveat())
        .contains("survive the loss of neither");
    assertThat(read(THREE).caveat()).isNull();
    assertThat(read("members: 10.0.0.1, size: 4").caveat()).isNull();
  }

  @Test
  void neverShowsTheSecret() {
    assertThat(read(THREE).toString()).contains("size=3").doesNotContain("a secret");
  }

  @Test
  void listensAtTheMemberThatIsThisMachine() {
    assertThat(seat("members: [node1, 10.0.0.2, node3]"))
        .isEqualTo(new Seat.Found(new Address("10.0.0.2", 5701)));
    assertThat(seat("members: [node1, 'node2:5702']"))
        .isEqualTo(new Seat.Found(new Address("10.0.0.2", 5702)));
  }

  @Test
  void listensWhereItIsTold() {
    String twoHere = "members: ['127.0.0.1:5701', '127.0.0.1:5702'], ";
    assertThat(seat(twoHere + "bind: '127.0.0.1:5702'"))
        .isEqualTo(new Seat.Found(new Address("127.0.0.1", 5702)));
    assertThat(seat("members: [node1, node2], bind: 10.0.0.2"))
        .isEqualTo(new Seat.Found(new Address("10.0.0.2", 5701)));
    assertThat(seat("dns: a.b, size: 3, bind: 'node2:5800'"))
        .isEqualTo(new Seat.Found(new Address("10.0.0.2", 5800)));
  }

  @Test
  void saysWhichMembersCouldBeThisOne() {
    assertThat(refused("members: ['127.0.0.1:5701', '127.0.0.1:5702', node1]"))
        .isEqualTo(
            "members (expected one that is an address of this machine): 2 are: say which is this"
                + " node's, e.g. bind: \"127.0.0.1:5701\"");
    assertThat(refused("members: [node1, node3]"))
        .isEqualTo(
            "members (expected one that is an address of this machine): add this node, or set"
                + " cluster.bind to the member that it is");
  }

  @Test
  void doesNotListenWhereTheOthersWouldNotLook() {
    assertThat(refused("members: [node1, 10.0.0.2], bind: 'node2:5702'"))
        .startsWith("bind (expected one of members): ");
    assertThat(refused("members: [node1, node3], bind: node1"))
        .startsWith("bind (expected an address of this machine): ");
    assertThat(refused("members: [node1, node3], bind: node3"))
        .startsWith("bind (expected a host that is known here): ");
  }

  @Test
  void doesNotListenInPublicUnlessTold() {
    String named =
        "(expected a private address, or cluster.allow-public: true): nodes talk in clear";
    assertThat(refused("members: [node1, edge]")).startsWith("members " + named);
    assertThat(refused("members: [node1, edge], bind: edge")).startsWith("bind " + named);
    assertThat(seat("members: [node1, edge], allow-public: true"))
        .isEqualTo(new Seat.Found(new Address("203.0.113.2", 5701)));
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.9, false",
    "::1, false",
    "10.255.0.1, false",
    "172.16.0.1, false",
    "172.31.255.255, false",
    "172.32.0.0, true",
    "192.168.1.1, false",
    "169.254.1.1, false",
    "fe80::1, false",
    "fd12::1, false",
    "fc00::1, false",
    "fe00::1, true",
    "100.63.255.255, true",
    "100.64.0.0, false",
    "100.127.255.255, false",
    "100.128.0.0, true",
    "8.8.8.8, true",
    "2001:db8::1, true",
    "::ffff:8.8.8.8, true",
    "::ffff:10.0.0.1, false",
  })
  void knowsWhichAddressesEveryoneReaches(String address, boolean everyone)
      throws UnknownHostException {
    assertThat(NodeAddresses.isPublic(InetAddress.getByName(address))).isEqualTo(everyone);
  }

  @Test
  void thisMachineHasItsLoopbackAddresses() {
    assertThat(read("members: [127.9.8.7, 198.51.100.1]").seat())
        .isEqualTo(new Seat.Found(new Address("127.9.8.7", 5701)));
  }
}
