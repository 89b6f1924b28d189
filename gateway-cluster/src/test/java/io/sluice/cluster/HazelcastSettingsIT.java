package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.hazelcast.config.Config;
import com.hazelcast.config.DiscoveryConfig;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializable;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.config.Config.Address;
import io.sluice.config.Config.Cluster;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Real members, made as a node makes its own. */
final class HazelcastSettingsIT {

  private static final AtomicInteger READ = new AtomicInteger();

  private final TestMembers members = new TestMembers(number -> new Fails());

  @AfterEach
  void end() {
    members.close();
  }

  /** A task of our factory; it fails on the node that runs it. */
  private static final class Fails implements Callable<String>, IdentifiedDataSerializable {
    @Override
    public String call() {
      throw new IllegalStateException("on purpose");
    }

    @Override
    public int getFactoryId() {
      return 1;
    }

    @Override
    public int getClassId() {
      return 1;
    }

    @Override
    public void writeData(ObjectDataOutput out) {}

    @Override
    public void readData(ObjectDataInput in) {}
  }

  /** By Java's serialization. */
  private static final class JavaForm implements Serializable {
    private static final long serialVersionUID = 1;

    private void readObject(ObjectInputStream in) {
      READ.incrementAndGet();
    }
  }

  /** By Hazelcast's form that names its class. */
  public static final class NamedForm implements DataSerializable {
    @Override
    public void writeData(ObjectDataOutput out) {}

    @Override
    public void readData(ObjectDataInput in) {
      READ.incrementAndGet();
    }
  }

  /** By its fields. */
  private record FieldsForm(int number) {}

  private static Set<String> seen(HazelcastInstance node) {
    return node.getCluster().getMembers().stream()
        .map(member -> member.getAttribute(HazelcastSettings.NODE))
        .collect(Collectors.toSet());
  }

  @Test
  void threeThatStartTogetherFindEachOther() {
    List<HazelcastInstance> nodes = members.start(3);
    TestMembers.await(() -> nodes.stream().allMatch(node -> seen(node).size() == 3));
    assertThat(nodes).extracting(HazelcastSettingsIT::seen).containsOnly(seen(nodes.get(0)));
  }

  @Test
  void aStrangerIsNoMember() {
    List<Address> addresses = TestMembers.free(2);
    HazelcastInstance ours =
        members.start(
            TestMembers.cluster(addresses, addresses.get(0), TestMembers.SECRET), same -> same);
    HazelcastInstance stranger =
        members.start(
            TestMembers.cluster(addresses, addresses.get(1), "a secret of others"), same -> same);
    assertThat(seen(ours)).hasSize(1);
    assertThat(seen(stranger)).hasSize(1);
  }

  @Test
  void nodesThatOneNameHasFindEachOther() {
    int port = TestMembers.free(1).get(0).port();
    List<HazelcastInstance> nodes = new ArrayList<>();
    for (int i = 1; i <= 3; i++) {
      Cluster cluster =
          new Cluster(
              List.of(),
              "headless.test",
              3,
              new Address("127.0.0." + i, port),
              TestMembers.SECRET,
              false,
              1,
              Duration.ofSeconds(5),
              Duration.ofSeconds(30));
      nodes.add(members.start(cluster, config -> named(config, cluster, port)));
    }
    TestMembers.await(() -> nodes.stream().allMatch(node -> seen(node).size() == 3));
    assertThat(seen(nodes.get(0)))
        .containsExactlyInAnyOrder(
            "node-127.0.0.1:" + port, "node-127.0.0.2:" + port, "node-127.0.0.3:" + port);
  }

  private static InetAddress loopback(int last) throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
  }

  private static Config named(Config config, Cluster cluster, int port) {
    Nodes.LookUp names = host -> new InetAddress[] {loopback(1), loopback(2), loopback(3)};
    config
        .getAdvancedNetworkConfig()
        .getJoin()
        .setDiscoveryConfig(
            new DiscoveryConfig()
                .setDiscoveryServiceProvider(ignored -> new Nodes(cluster, port, names)));
    return config;
  }

  @Test
  void onlyItsOwnAddressIsBound() throws IOException {
    HazelcastInstance node = members.start(1).get(0);
    int port = node.getCluster().getLocalMember().getAddress().getPort();
    assertThat(node.getCluster().getLocalMember().getAddress().getHost()).isEqualTo("127.0.0.1");
    try (Socket other = new Socket()) {
      assertThatThrownBy(() -> other.connect(new InetSocketAddress(loopback(2), port)))
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void whatIsNoMemberIsNotUnderstood() throws IOException {
    HazelcastInstance node = members.start(1).get(0);
    int port = node.getCluster().getLocalMember().getAddress().getPort();
    List<String> hellos = List.of("CP2", "GET / HTTP/1.1\r\n\r\n", "get key\r\n");
    List<Socket> strangers = new ArrayList<>();
    try {
      for (String hello : hellos) {
        Socket stranger = new Socket(InetAddress.getLoopbackAddress(), port);
        strangers.add(stranger);
        stranger.setSoTimeout(50_000);
        stranger.getOutputStream().write(hello.getBytes(StandardCharsets.US_ASCII));
      }
      for (Socket stranger : strangers) {
        assertThat(answer(stranger)).isIn("", "UNS", "UEX");
      }
    } finally {
      for (Socket stranger : strangers) {
        stranger.close();
      }
    }
  }

  /** Until it is closed, in order or not. */
  private static String answer(Socket socket) throws IOException {
    try {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (SocketException reset) {
      return "";
    }
  }

  @Test
  void objectsOfOtherClassesAreNotMade() {
    READ.set(0);
    // Its values are made of their bytes by the threads that read what other nodes send.
    IMap<String, Object> map = members.start(1).get(0).getMap(HazelcastSettings.CHANNELS);
    assertThatThrownBy(() -> map.set("java", new JavaForm()))
        .hasStackTraceContaining("JavaForm is not allowed");
    assertThatThrownBy(() -> map.set("named", new NamedForm()))
        .hasStackTraceContaining("NamedForm is not for other nodes to name");
    assertThatThrownBy(() -> map.set("fields", new FieldsForm(1)))
        .hasStackTraceContaining("FieldsForm");
    assertThat(READ).hasValue(0);
  }

  @Test
  void aFailureOnAnotherNodeArrives() throws InterruptedException {
    List<HazelcastInstance> nodes = members.start(2);
    TestMembers.await(() -> nodes.stream().allMatch(node -> seen(node).size() == 2));
    var other = nodes.get(1).getCluster().getLocalMember();
    var asked = nodes.get(0).getExecutorService(HazelcastSettings.QUESTIONS);
    try {
      asked.submitToMember(new Fails(), other).get();
      assertThat(false).as("it fails").isTrue();
    } catch (ExecutionException failed) {
      assertThat(failed).hasRootCauseInstanceOf(IllegalStateException.class);
      assertThat(failed).hasRootCauseMessage("on purpose");
    }
  }

  @Test
  void theLogHasNeitherTheSecretNorTheNameThatStandsForIt() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);
    try {
      members.start(2);
      members.start(1, "a secret of others", same -> same);
    } finally {
      root.detachAppender(log);
    }
    // The program shows warnings of libraries, and nothing below.
    List<ILoggingEvent> lines =
        List.copyOf(log.list).stream()
            .filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
            .toList();
    assertThat(lines)
        .extracting(ILoggingEvent::getFormattedMessage)
        .noneMatch(line -> line.contains(TestMembers.SECRET))
        .noneMatch(line -> line.contains(ClusterName.of(TestMembers.SECRET)));
  }
}
