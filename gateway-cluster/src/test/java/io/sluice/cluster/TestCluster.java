package io.sluice.cluster;

import com.hazelcast.core.HazelcastInstance;
import io.sluice.channel.Broker;
import io.sluice.channel.History;
import io.sluice.config.Config;
import io.sluice.config.Config.Address;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A whole cluster in this process, which answers when it has been made. */
@NullMarked
final class TestCluster implements AutoCloseable {

  final AtomicReference<History> history = new AtomicReference<>(History.DEFAULT);
  final AtomicLong aheadMs = new AtomicLong();
  final List<TestNode> nodes = new ArrayList<>();
  private final List<Address> addresses;
  private final UnaryOperator<Wire> faults;
  private final Function<String, History> historyOf;

  /**
   * @param historyOf null for {@link #history}, whatever the channel
   */
  private TestCluster(
      List<Address> addresses,
      UnaryOperator<Wire> faults,
      @Nullable Function<String, History> historyOf) {
    this.addresses = addresses;
    this.faults = faults;
    this.historyOf = historyOf == null ? channel -> history.get() : historyOf;
  }

  static TestCluster of(int count) {
    return of(count, wire -> wire);
  }

  static TestCluster of(int count, UnaryOperator<Wire> faults) {
    return of(count, faults, null);
  }

  /** The same with a history for each channel. */
  static TestCluster keeping(int count, Function<String, History> historyOf) {
    return of(count, wire -> wire, historyOf);
  }

  private static TestCluster of(
      int count, UnaryOperator<Wire> faults, @Nullable Function<String, History> historyOf) {
    for (int attempt = 1; ; attempt++) {
      TestCluster cluster = new TestCluster(TestMembers.free(count), faults, historyOf);
      try {
        cluster.start();
        return cluster;
      } catch (RuntimeException taken) { // a port that was free a moment ago
        cluster.close();
        if (attempt == 3) {
          throw taken;
        }
      }
    }
  }

  private void start() {
    List<CompletableFuture<TestNode>> starting =
        addresses.stream()
            .map(
                each ->
                    CompletableFuture.supplyAsync(
                        () -> new TestNode(settings(each), historyOf, aheadMs, faults)))
            .toList();
    starting.forEach(each -> each.thenAccept(nodes::add).join());
    whole(addresses.size());
  }

  /** One more, in the place of one that has gone. */
  TestNode startAgain(int index) {
    TestNode node = new TestNode(settings(addresses.get(index)), historyOf, aheadMs, faults);
    nodes.set(index, node);
    return node;
  }

  private Config.Cluster settings(Address bind) {
    return TestMembers.cluster(addresses, bind, TestMembers.SECRET);
  }

  /** Waits until every node sees so many, and every copy is where it belongs. */
  void whole(int count) {
    TestMembers.await(
        () ->
            nodes.stream()
                .map(node -> node.hazelcast)
                .filter(member -> member.getLifecycleService().isRunning())
                .allMatch(member -> isWhole(member, count)));
    TestMembers.await(() -> running().allMatch(node -> answers(node)));
  }

  private java.util.stream.Stream<TestNode> running() {
    return nodes.stream().filter(node -> node.hazelcast.getLifecycleService().isRunning());
  }

  private static boolean answers(TestNode node) {
    return node.made.neighbours().unready().isEmpty();
  }

  private static boolean isWhole(HazelcastInstance member, int count) {
    return member.getCluster().getMembers().size() == count
        && member.getPartitionService().isClusterSafe();
  }

  TestNode ownerOf(String channel) {
    String id = nodes.get(0).made.neighbours().ownerOf(channel);
    return running().filter(node -> node.id.equals(id)).findFirst().orElseThrow();
  }

  /** A channel that a node owns. */
  String ownedBy(TestNode owner) {
    for (int i = 0; ; i++) {
      if (ownerOf("room-" + i) == owner) {
        return "room-" + i;
      }
    }
  }

  static <T extends @Nullable Object> T await(Future<T> answer) {
    try {
      return answer.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof Broker.Unavailable unavailable) {
        throw unavailable;
      }
      throw new AssertionError(failure.getCause());
    } catch (InterruptedException | TimeoutException failure) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void close() {
    nodes.forEach(TestNode::close);
  }
}
