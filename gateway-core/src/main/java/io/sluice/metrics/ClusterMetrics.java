package io.sluice.metrics;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** The numbers that only a node of a cluster has. */
public final class ClusterMetrics {

  private final Counter operations;
  private final Counter messages;
  private final Counter hints;
  private final Counter repairs;
  private final CounterDataPoint unknownOutcomes;
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

  /** Counts that a bound was hit. */
  public void hit(String limit) {
    metrics.limitsHit.labelValues(limit).inc();
  }
}
