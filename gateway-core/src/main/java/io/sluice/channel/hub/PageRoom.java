package io.sluice.channel.hub;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.sluice.channel.Broker;
import io.sluice.channel.Loop;
import io.sluice.metrics.Metrics;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the node's page budget leaves to the readers of one loop. Those who find no room try again
 * soon, while the loop does other things.
 */
final class PageRoom {

  private static final long RETRY_MS = 20;

  /** A few at a time: most of them would find no room again. */
  private static final int PER_RETRY = 16;

  /** What a reader gets that has waited while the budget stayed full. */
  private static final Broker.Page SMALL = new Broker.Page(8, 4 << 10);

  private final PageBudget budget;
  private final Broker.Page page;
  private final Loop loop;
  private final OwnCopies copies;
  private final Consumer<Reader> retry;
  private final CounterDataPoint hits;
  private final ArrayDeque<Reader> starved = new ArrayDeque<>();

  /**
   * @param retry gets a reader that may try again, on the loop
   */
  PageRoom(LoopHub hub, PageBudget budget, Consumer<Reader> retry, Metrics metrics) {
    this.budget = budget;
    this.page = hub.page();
    this.loop = hub.loop();
    this.copies = hub.copies();
    this.retry = retry;
    this.hits = metrics.limitsHit.labelValues("limits.catch-up");
  }

  /** The page that may be read for a reader now, or null if there is no room for any. */
  Broker.@Nullable Page forReader(Reader reader) {
    if (budget.hasRoom() || !reader.sink().keepsBytes()) {
      return page;
    }
    return reader.starved && budget.hasReserve() ? SMALL : null;
  }

  /** There is no room: the reader tries again soon. */
  void starve(Reader reader) {
    reader.starved = true;
    starved.add(reader);
    hits.inc();
    if (starved.size() == 1) {
      loop.after(RETRY_MS, this::retryStarved);
    }
  }

  private void retryStarved() {
    copies.recountAll();
    for (int i = 0; i < PER_RETRY && !starved.isEmpty(); i++) {
      retry.accept(starved.remove());
    }
    if (!starved.isEmpty()) {
      loop.after(RETRY_MS, this::retryStarved);
    }
  }
}
