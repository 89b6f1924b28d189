package io.sluice.cluster;

import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.Loop;
import io.sluice.channel.Start;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.hub.HubSettings;
import io.sluice.metrics.ClusterMetrics;
import io.sluice.metrics.Metrics;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A node of a {@link FakeCluster}: a real broker and a real hub on one loop. */
@NullMarked
final class FakeNode {

  final int index;
  final Loop loop;
  final Metrics metrics = new Metrics();
  final ClusterMetrics counted = new ClusterMetrics(metrics);
  final ClusterBroker broker;
  final Hub hub;

  /** What it says of itself; null while it may answer. */
  Broker.@Nullable Unavailable refusal;

  private final FakeCluster cluster;

  FakeNode(FakeCluster cluster, int index, long lingerMs) {
    this.cluster = cluster;
    this.index = index;
    this.loop = new Only(cluster.loops.loop(index));
    this.broker =
        new ClusterBroker(
            List.of(loop),
            new LoopBroker.Parts(
                number(),
                1,
                new FakeOwners(cluster, this),
                (nodes, hint) -> cluster.hint(this, nodes, hint),
                () -> refusal,
                cluster.stores.get(index).keeper::bounds,
                lingerMs,
                counted),
            cluster.stores.get(index).keeper,
            64 << 20);
    Hub[] made = new Hub[1];
    cluster.loops.on(
        index, () -> made[0] = new Hub(List.of(loop), broker, HubSettings.usual(), metrics));
    this.hub = made[0];
  }

  long number() {
    return index + 1L;
  }

  /** One client more that reads here. */
  FakeClient open(String channel, Start start) {
    FakeClient client = new FakeClient();
    connect(client, channel, start);
    return client;
  }

  void connect(FakeClient client, String channel, Start start) {
    if (client.reader != null) {
      client.reader.close();
    }
    client.sentAway = null;
    client.atHead = false;
    cluster.loops.on(index, () -> client.reader = hub.open(loop, channel, start, client));
  }

  Future<Broker.Published> publish(String channel, String data) {
    return publish(channel, new Broker.PublishId("own", false), data);
  }

  Future<Broker.Published> publish(String channel, Broker.PublishId id, String data) {
    return broker.publish(
        channel,
        new Broker.Publication(
            id, null, null, Event.Kind.TEXT, data.getBytes(StandardCharsets.UTF_8)));
  }

  /** A counter of this node without labels. */
  double counter(String name) {
    return metrics.registry.scrape(name::equals).stream()
        .flatMap(metric -> metric.getDataPoints().stream())
        .mapToDouble(point -> ((CounterDataPointSnapshot) point).getValue())
        .sum();
  }

  LoopBroker loopBroker() {
    return broker.loops().get(0);
  }

  /** The one loop of a node. */
  private record Only(Loop loop) implements Loop {
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
      return loop.nowMs();
    }

    @Override
    public int index() {
      return 0;
    }
  }
}
