package io.sluice.http.guard;

import io.sluice.metrics.Metrics;
import java.util.concurrent.atomic.AtomicInteger;

/** The open TCP connections of all listeners. One for the node; any thread may ask. */
public final class Sockets {

  /** Places above the limit for the listener that must stay reachable. */
  static final int RESERVE = 64;

  private final int limit;
  private final Metrics metrics;
  private final AtomicInteger open = new AtomicInteger();

  /**
   * @param limit {@code limits.sockets}
   */
  public Sockets(int limit, Metrics metrics) {
    this.limit = limit;
    this.metrics = metrics;
    metrics.gauge("sluice_sockets", "Open TCP connections of all listeners", open::get);
  }

  /** Takes a place, which {@link #leave} gives back; false if there is none. */
  boolean enter(boolean reserved) {
    if (open.incrementAndGet() > limit + (reserved ? RESERVE : 0)) {
      open.decrementAndGet();
      metrics.limitsHit.labelValues("limits.sockets").inc();
      return false;
    }
    return true;
  }

  void leave() {
    open.decrementAndGet();
  }

  /** Open now. */
  public int open() {
    return open.get();
  }
}
