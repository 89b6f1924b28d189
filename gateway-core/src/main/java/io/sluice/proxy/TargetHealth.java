package io.sluice.proxy;

import io.sluice.config.Upstream;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What requests have shown of a target lately. One for the node: any loop may ask and tell.
 *
 * <p>After so many failures in a row the target is left out. When its time is over, one request
 * tries it again; the others still pass it by until that one has been answered.
 */
final class TargetHealth {

  private static final long UP = Long.MIN_VALUE;

  private final Upstream.Health settings;
  private final Runnable changed;
  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicLong outUntilMs = new AtomicLong(UP);

  /**
   * @param changed told when the target goes out or comes back
   */
  TargetHealth(Upstream.Health settings, Runnable changed) {
    this.settings = settings;
    this.changed = changed;
  }

  boolean isUp() {
    return outUntilMs.get() == UP;
  }

  /** Whether it is time to try again. True for one caller, who then tries. */
  boolean mayTry(long nowMs) {
    long until = outUntilMs.get();
    return until != UP
        && nowMs >= until
        && outUntilMs.compareAndSet(until, nowMs + settings.leaveOut().toMillis());
  }

  void succeeded() {
    if (failures.get() != 0) {
      failures.set(0);
    }
    if (outUntilMs.get() != UP) {
      outUntilMs.set(UP);
      changed.run();
    }
  }

  void failed(long nowMs) {
    int inRow = failures.incrementAndGet();
    if (settings.failures() > 0 && inRow >= settings.failures()) {
      boolean wasUp = outUntilMs.getAndSet(nowMs + settings.leaveOut().toMillis()) == UP;
      if (wasUp) {
        changed.run();
      }
    }
  }
}
