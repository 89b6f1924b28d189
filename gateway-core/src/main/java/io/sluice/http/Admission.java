package io.sluice.http;

import io.sluice.metrics.Metrics;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whether this node takes another stream, socket or held poll now. One for the node; any thread may
 * ask.
 */
public final class Admission {

  private final int limit;
  private final Metrics metrics;
  private final AtomicInteger open = new AtomicInteger();
  private volatile boolean draining;

  /**
   * @param limit {@code limits.connections}
   */
  public Admission(int limit, Metrics metrics) {
    this.limit = limit;
    this.metrics = metrics;
  }

  /**
   * Takes a place, which {@link #leave} gives back.
   *
   * @return null if there was one, else why not: {@code DRAINING} or {@code OVERLOADED} (REF-2)
   */
  public @Nullable CloseReason enter() {
    if (draining) {
      return CloseReason.DRAINING;
    }
    if (open.incrementAndGet() > limit) {
      open.decrementAndGet();
      metrics.limitsHit.labelValues("limits.connections").inc();
      return CloseReason.OVERLOADED;
    }
    return null;
  }

  /** Gives a place back, once for each that was taken. */
  public void leave() {
    open.decrementAndGet();
  }

  /** Places taken now. */
  public int open() {
    return open.get();
  }

  /** From now on nothing is taken in; what is open goes on. Cannot be taken back. */
  public void drain() {
    draining = true;
  }

  /** Whether the node is stopping. */
  public boolean draining() {
    return draining;
  }
}
