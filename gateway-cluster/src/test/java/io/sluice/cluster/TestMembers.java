package io.sluice.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import io.sluice.config.Config.Address;
import io.sluice.config.Config.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Members of clusters in this process, on ports that were free; all of them end with it. */
final class TestMembers implements AutoCloseable {

  static final String SECRET = "a secret of the tests";

  private final DataSerializableFactory wire;
  private final Queue<HazelcastInstance> started = new ConcurrentLinkedQueue<>();

  TestMembers(DataSerializableFactory wire) {
    this.wire = wire;
  }

  /** Ports of 127.0.0.1 that nobody has; somebody may take one before it is used. */
  static List<Address> free(int count) {
    List<ServerSocket> open = new ArrayList<>();
    List<Address> addresses = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        open.add(socket);
        addresses.add(new Address("127.0.0.1", socket.getLocalPort()));
      }
      for (ServerSocket socket : open) {
        socket.close();
      }
      return addresses;
    } catch (IOException none) {
      throw new UncheckedIOException(none);
    }
  }

  static Cluster cluster(List<Address> members, @Nullable Address bind, String secret) {
    return new Cluster(
        members,
        null,
        Math.max(1, members.size()),
        bind,
        secret,
        false,
        1,
        Duration.ofSeconds(5),
        Duration.ofSeconds(30));
  }

  /** Starts a whole cluster, its nodes at the same time. */
  List<HazelcastInstance> start(int count) {
    return start(count, SECRET, config -> config);
  }

  /** The same, with another secret and with settings of the test's own. */
  List<HazelcastInstance> start(int count, String secret, UnaryOperator<Config> change) {
    for (int attempt = 1; ; attempt++) {
      List<Address> members = free(count);
      List<CompletableFuture<HazelcastInstance>> starting =
          members.stream()
              .map(
                  each ->
                      CompletableFuture.supplyAsync(
                          () -> start(cluster(members, each, secret), change)))
              .toList();
      List<HazelcastInstance> nodes = new ArrayList<>();
      starting.forEach(each -> each.exceptionally(failed -> null).thenAccept(nodes::add).join());
      nodes.removeIf(node -> node == null);
      if (nodes.size() == count) {
        return nodes;
      }
      nodes.forEach(HazelcastInstance::shutdown);
      if (attempt == 3) {
        starting.forEach(CompletableFuture::join);
      }
    }
  }

  /** Starts one node. */
  HazelcastInstance start(Cluster cluster, UnaryOperator<Config> change) {
    String name = "node-" + cluster.bind();
    Config config = change.apply(HazelcastSettings.of(cluster, name, "test", wire));
    HazelcastInstance node = new Doorkeeper(cluster, "test").start(config);
    if (!node.getLifecycleService().isRunning()) {
      throw new HazelcastException("it did not start");
    }
    started.add(node);
    return node;
  }

  /** Returns once it holds; half a minute is too long. */
  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("it did not happen within 30 s");
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  @Override
  public void close() {
    started.forEach(node -> node.getLifecycleService().terminate());
  }
}
