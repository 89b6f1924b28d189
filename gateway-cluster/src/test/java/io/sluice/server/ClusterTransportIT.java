package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.ClusterFactory;
import io.sluice.config.Config;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * Three nodes. Each publish, and each connection of a client, is at the node after the last one's:
 * a client comes back to another node than it was at, and most events come from elsewhere.
 */
@Timeout(240)
final class ClusterTransportIT extends TransportContract {

  private static final int NODES = 3;
  private static final int WAIT_S = 60;

  private static List<TestGateway> nodes = List.of();
  private static int tests;

  private int publishes;
  private int connections;

  @BeforeAll
  static void start() {
    for (int attempt = 1; ; attempt++) {
      try {
        nodes = startAll();
        break;
      } catch (CompletionException taken) { // a port that was free a moment ago
        if (attempt == 3) {
          throw taken;
        }
      }
    }
    nodes.forEach(ClusterTransportIT::awaitOthers);
  }

  private static List<TestGateway> startAll() {
    List<Config.Address> addresses = free();
    List<CompletableFuture<TestGateway>> starting = new ArrayList<>();
    for (Config.Address address : addresses) {
      Config config = clustered(config(), addresses, address);
      starting.add(
          CompletableFuture.supplyAsync(() -> TestGateway.start(config, new ClusterFactory())));
    }
    List<TestGateway> started = new ArrayList<>();
    starting.forEach(
        each -> each.handle((node, failed) -> node != null && started.add(node)).join());
    if (started.size() < NODES) {
      started.forEach(TestGateway::close);
      starting.forEach(CompletableFuture::join);
    }
    return List.copyOf(started);
  }

  private static List<Config.Address> free() {
    List<ServerSocket> open = new ArrayList<>();
    try {
      for (int i = 0; i < NODES; i++) {
        open.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<Config.Address> addresses = new ArrayList<>();
      for (ServerSocket socket : open) {
        addresses.add(new Config.Address("127.0.0.1", socket.getLocalPort()));
        socket.close();
      }
      return addresses;
    } catch (IOException none) {
      throw new UncheckedIOException(none);
    }
  }

  private static Config clustered(
      Config config, List<Config.Address> members, Config.Address bind) {
    return new Config(
        config.listen(),
        config.publish(),
        config.channels(),
        config.limits(),
        config.websocket(),
        new Config.Cluster(
            members,
            null,
            NODES,
            bind,
            "a secret of the tests",
            false,
            1,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30)),
        config.state(),
        config.drain(),
        config.eventLoops(),
        config.routes());
  }

  private static void awaitOthers(TestGateway node) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    try {
      while (new JsonObject(node.get(Listener.ADMIN, "/nodes")).getJsonArray("nodes").size()
          < NODES) {
        assertThat(System.nanoTime()).isLessThan(deadline);
        Thread.onSpinWait();
      }
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @AfterAll
  static void stop() {
    nodes.forEach(TestGateway::close);
  }

  @BeforeEach
  void next() {
    tests++;
    publishes = tests;
    connections = tests + 1;
  }

  @AfterEach
  void leavesNothingBehind() throws Exception {
    for (TestGateway node : nodes) {
      node.awaitConnections(0);
    }
  }

  @Override
  String publish(String channel, String data) throws Exception {
    return nodes.get(publishes++ % NODES).publish(channel, data);
  }

  @Override
  RawClient dial(int receiveBufferBytes) throws IOException {
    return RawClient.connect(
        nodes.get(connections++ % NODES).port(Listener.PUBLIC), receiveBufferBytes);
  }
}
