package io.sluice.proxy;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.sluice.metrics.Metrics;
import java.util.HashMap;
import java.util.Map;

/** The numbers of one route, looked up once and not for each request. Belongs to one loop. */
final class RouteCounts {

  private static final String[] CLASSES = {
    "0xx", "1xx", "2xx", "3xx", "4xx", "5xx", "6xx", "7xx", "8xx", "9xx"
  };

  private final Metrics metrics;
  private final String route;
  private final DistributionDataPoint duration;
  private final Map<String, CounterDataPoint> requests = new HashMap<>();

  RouteCounts(Metrics metrics, String route) {
    this.metrics = metrics;
    this.route = route;
    this.duration = metrics.upstreamDuration.labelValues(route);
  }

  /** The head of an answer has come. */
  void answered(long afterMs) {
    duration.observe(afterMs / 1000.0);
  }

  /** The client has got an upstream's answer with this status. */
  void status(int status) {
    count(CLASSES[status / 100]);
  }

  /** It ended without one, for this reason. */
  void failure(String reason) {
    count(reason);
  }

  private void count(String code) {
    requests.computeIfAbsent(code, each -> metrics.upstreamRequests.labelValues(route, each)).inc();
  }

  void retried() {
    metrics.upstreamRetries.labelValues(route).inc();
  }
}
