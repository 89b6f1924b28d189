package io.sluice.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.DoubleSupplier;

/** The numbers that only a node of a cluster has. */
public final class ClusterMetrics {

  private final Counter operations;
  private final Counter messages;
  private final Counter hints;
  private final Counter repairs;
  private final CounterDataPoint unknownOutcomes;
  private final CounterDataPoint refusedPublishes;
  private final Metrics metrics;

  /** Registers them beside the others. Once for a node. */
  public ClusterMetrics(Metrics metrics) {
    this.metrics = metrics;
    operations =
        counter(
            "sluice_cluster_operations_total", "Operations sent to the owners of channels", "kind");
    messages = counter("sluice_cluster_messages_total", "Messages to other nodes", "kind");
    hints =
        counter("sluice_cluster_hints_total", "Batches for channels that others read", "result");
    repairs =
        counter("sluice_cluster_repairs_total", "Ends of logs that had to be read again", "reason");
    unknownOutcomes =
        counter(
                "sluice_cluster_unknown_outcomes_total",
                "Publishes of which nobody knows whether they were stored")
            .labelValues();
    refusedPublishes =
        counter(
                "sluice_cluster_publishes_refused_total",
                "Publishes refused because too many wait for the owner of their channel")
            .labelValues();
  }

  private Counter counter(String name, String help, String... labels) {
    PrometheusRegistry registry = metrics.registry;
    return Counter.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }

  /** Counts an operation on the owner of a channel. */
  public void operation(String kind) {
    operations.labelValues(kind).inc();
  }

  /** How many operations of a kind were sent. */
  public long operations(String kind) {
    return (long) operations.labelValues(kind).get();
  }

  /** Counts a message to another node, however much it carries. */
  public void message(String kind) {
    messages.labelValues(kind).inc();
  }

  /** How many messages of a kind were sent. */
  public long messages(String kind) {
    return (long) messages.labelValues(kind).get();
  }

  /** Counts batches that were sent to another node, or dropped on the way there. */
  public void hints(String result, int count) {
    hints.labelValues(result).inc(count);
  }

  /** Counts that the end of a log had to be read again. */
  public void repair(String reason) {
    repairs.labelValues(reason).inc();
  }

  /** How many ends of logs had to be read again for a reason. */
  public long repairs(String reason) {
    return (long) repairs.labelValues(reason).get();
  }

  /** Counts publishes of which the outcome stays unknown. */
  public void unknownOutcomes(int count) {
    unknownOutcomes.inc(count);
  }

  /** Counts a publish that found too many waiting for the same owner. */
  public void refusedPublish() {
    refusedPublishes.inc();
  }

  /**
   * Counts that the copies of the ends of logs took too much, so that one lost its oldest event.
   */
  public void tailShortened() {
    metrics.limitsHit.labelValues("channels.history-memory").inc();
  }

  /** Shows what the node has now. Once. */
  public void show(Gauges gauges) {
    metrics.gauge("sluice_channels", "Channels that have a record", gauges.channels());
    metrics.gauge(
        "sluice_history_bytes", "Memory that the kept events take", gauges.historyBytes());
    metrics.gauge(
        "sluice_identity_bytes", "Memory that the identities take", gauges.identityBytes());
    metrics.gauge("sluice_publish_ids", "Publish ids that are kept", gauges.ids());
    metrics.gauge(
        "sluice_cluster_followed_channels",
        "Channels of which this node has the end, for its readers",
        gauges.followed());
    metrics.gauge(
        "sluice_cluster_channels_behind",
        "Followed channels that differed from their owners at the last comparison",
        gauges.behind());
    metrics.gauge(
        "sluice_cluster_hints_waiting_bytes",
        "Events that wait to be sent to other nodes",
        gauges.waitingBytes());
    metrics.gauge(
        "sluice_cluster_backup_holes",
        "Changes that a backup here refused because it lacked what came before",
        gauges.holes());
    metrics.gauge(
        "sluice_cluster_held_out",
        "1 while this node waits before it joins the others again",
        gauges.heldOut());
  }

  /** What a node has now; any thread may ask. The first four as they are without a cluster. */
  public record Gauges(
      DoubleSupplier channels,
      DoubleSupplier historyBytes,
      DoubleSupplier identityBytes,
      DoubleSupplier ids,
      DoubleSupplier followed,
      DoubleSupplier behind,
      DoubleSupplier waitingBytes,
      DoubleSupplier holes,
      DoubleSupplier heldOut) {}
}
