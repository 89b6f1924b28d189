package io.sluice.publish;

import io.sluice.metrics.Metrics;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory of the bodies that are being received or answered: {@code publish.body-memory}. One for
 * the node; any thread may use it.
 */
public final class BodyBudget {

  private final long maxBytes;
  private final AtomicLong used = new AtomicLong();

  public BodyBudget(long maxBytes, Metrics metrics) {
    this.maxBytes = maxBytes;
    metrics.gauge(
        "sluice_publish_body_bytes",
        "Memory of the publish bodies that are being received or answered",
        used::get);
  }

  /** What one request holds. Belongs to the request's loop. */
  final class Share {
    private long held;

    /** Holds so much from now on; false if there is no room for more, and nothing has changed. */
    boolean resize(long bytes) {
      long more = bytes - held;
      if (used.addAndGet(more) > maxBytes && more > 0) {
        used.addAndGet(-more);
        return false;
      }
      held = bytes;
      return true;
    }

    /** Holds nothing any more. Idempotent. */
    void release() {
      used.addAndGet(-held);
      held = 0;
    }
  }
}
