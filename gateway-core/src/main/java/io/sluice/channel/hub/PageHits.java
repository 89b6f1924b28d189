package io.sluice.channel.hub;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.sluice.channel.Broker;
import io.sluice.metrics.Metrics;

/** Counts the pages that ended before the head, by the bound that ended them. */
final class PageHits {

  private final int maxCount;
  private final CounterDataPoint byCount;
  private final CounterDataPoint byBytes;

  PageHits(Broker.Page page, Metrics metrics) {
    maxCount = page.maxCount();
    byCount = metrics.limitsHit.labelValues("limits.page-events");
    byBytes = metrics.limitsHit.labelValues("limits.page");
  }

  /** Looks at a page that a broker has given. */
  void note(Broker.Slice page) {
    if (page.events().last().offset() < page.head().offset()) {
      (page.events().events().size() >= maxCount ? byCount : byBytes).inc();
    }
  }
}
