package io.sluice.metrics;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A counter with one label that event loops count, each in parts of its own: an addition in the
 * middle of a fan-out costs no atomic instruction. The parts are added up when somebody asks.
 */
public final class LoopCounter {

  private final List<Part> parts = new CopyOnWriteArrayList<>();

  LoopCounter(PrometheusRegistry registry, String name, String help, String label) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames(label)
        .callback(callback -> sums().forEach((value, sum) -> callback.call(sum, value)))
        .register(registry);
  }

  /** A part of one value of the label; stays as long as the counter. Any thread may call. */
  public Part part(String labelValue) {
    Part part = new Part(labelValue);
    parts.add(part);
    return part;
  }

  /** What all parts of one value of the label have counted. Any thread may ask. */
  public long sum(String labelValue) {
    return sums().getOrDefault(labelValue, 0L);
  }

  private Map<String, Long> sums() {
    Map<String, Long> sums = new TreeMap<>();
    parts.forEach(part -> sums.merge(part.labelValue, part.count.get(), Long::sum));
    return sums;
  }

  /** What one loop has counted. */
  public static final class Part {
    private final String labelValue;
    private final AtomicLong count = new AtomicLong();

    private Part(String labelValue) {
      this.labelValue = labelValue;
    }

    /** Adds; call from the part's loop alone. */
    public void add(long more) {
      count.setRelease(count.getPlain() + more);
    }
  }
}
