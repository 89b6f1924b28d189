package io.sluice.cluster;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.sluice.channel.History;
import io.sluice.channel.Loop;
import io.sluice.channel.RealLoops;
import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.metrics.Metrics;
import io.sluice.server.BrokerFactory;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullMarked;

/** A node of a cluster in this process: everything but the listeners. Its clock can be moved. */
@NullMarked
final class TestNode implements AutoCloseable {

  final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  final List<Loop> loops;
  final ClusterBroker broker;
  final BrokerFactory.Made made;
  final HazelcastInstance hazelcast;
  final Metrics metrics = new Metrics();
  final String id = String.format("%016x", new SecureRandom().nextLong() | 1);

  TestNode(
      Config.Cluster cluster,
      Function<String, History> historyOf,
      AtomicLong aheadMs,
      UnaryOperator<Wire> faults) {
    loops =
        new RealLoops(vertx).all().stream().<Loop>map(loop -> new Ahead(loop, aheadMs)).toList();
    try {
      made =
          Joining.join(
              new BrokerFactory.Parts(
                  config(),
                  historyOf,
                  loops,
                  () -> new SplittableRandom(new SecureRandom().nextLong()),
                  metrics,
                  id,
                  "test"),
              cluster,
              faults);
    } catch (RuntimeException failure) {
      vertx.close();
      throw failure;
    }
    broker = (ClusterBroker) made.broker();
    HazelcastInstance found = Hazelcast.getHazelcastInstanceByName("sluice-" + id);
    if (found == null) {
      throw new AssertionError("no member of that name");
    }
    hazelcast = found;
  }

  private static Config config() {
    ConfigReader.Result result = new ConfigReader(Map.of()).read("x.yaml", "routes: []\n");
    return ((ConfigReader.Result.Accepted) result).config();
  }

  /** Metric of this node, by its name and one label; 0 if it was never counted. */
  double counted(String name, String label) {
    return metrics.registry.scrape(name::equals).stream()
        .flatMap(metric -> metric.getDataPoints().stream())
        .filter(point -> point.getLabels().stream().anyMatch(l -> l.getValue().equals(label)))
        .mapToDouble(
            point ->
                ((io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot)
                        point)
                    .getValue())
        .sum();
  }

  boolean owns(int partition) {
    return hazelcast.getPartitionService().getPartitions().stream()
        .filter(each -> each.getPartitionId() == partition)
        .allMatch(each -> each.getOwner() != null && each.getOwner().localMember());
  }

  /** As if its process were killed. */
  void kill() {
    hazelcast.getLifecycleService().terminate();
  }

  @Override
  public void close() {
    hazelcast.getLifecycleService().terminate();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  /** A loop whose clock is ahead. */
  private record Ahead(Loop loop, AtomicLong aheadMs) implements Loop {
    @Override
    public void execute(Runnable task) {
      loop.execute(task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
      return loop.after(delayMs, task);
    }

    @Override
    public boolean isCurrent() {
      return loop.isCurrent();
    }

    @Override
    public long nowMs() {
      return loop.nowMs() + aheadMs.get();
    }

    @Override
    public int index() {
      return loop.index();
    }
  }
}
