package io.sluice.http;

import io.sluice.config.Config;
import io.sluice.metrics.Metrics;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whether this node takes another stream, socket or held poll now. One for the node; any thread may
 * ask.
 */
public final class Admission {

  private final Config.Limits limits;
  private final Metrics metrics;
  private final AtomicInteger turnedAway = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();
  private volatile boolean draining;

  /** With {@code limits.connections} and {@code limits.turned-away}. */
  public Admission(Config.Limits limits, Metrics metrics) {
    this.limits = limits;
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
    if (open.incrementAndGet() > limits.connections()) {
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

  /**
   * Takes one of the places of clients that are told in full, in the manner of their transport, why
   * they are sent away; {@link #turnedAway} gives it back. Without one the client gets the cheapest
   * answer there is.
   */
  public boolean turnAway() {
    if (turnedAway.incrementAndGet() > limits.turnedAway()) {
      turnedAway.decrementAndGet();
      metrics.limitsHit.labelValues("limits.turned-away").inc();
      return false;
    }
    return true;
  }

  /** A client that was told is gone: gives its place back. */
  public void turnedAway() {
    turnedAway.decrementAndGet();
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
