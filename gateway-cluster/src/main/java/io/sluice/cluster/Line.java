package io.sluice.cluster;

import io.sluice.channel.Broker;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The publishes of this node to one channel: one request is with the owner, the others wait and go
 * together with the next. Owned by the channel's home loop.
 */
final class Line {

  /** Events and bytes that one request carries at most; at least one event. */
  static final int MAX_ITEMS = 256;

  static final int MAX_BYTES = 1 << 20;

  /** Publishes of one channel that wait on a node; beyond it they are refused. */
  static final int MAX_WAITING = 4096;

  /** Bytes of those that wait; beyond it they are refused, but for one. */
  static final long MAX_WAITING_BYTES = 16 << 20;

  private final ArrayDeque<Publish> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private @Nullable Attempt attempt;

  /** One publish and who waits for it. */
  record Publish(PublishRequest.Item item, Promise<Broker.Published> answer) {}

  /**
   * A request with the owner.
   *
   * @param request as it is tried next
   * @param of the publishes, in the order of the items
   * @param sinceMs when it was tried first
   * @param lost whether what was confirmed since then may be lost
   */
  record Attempt(PublishRequest request, List<Publish> of, long sinceMs, BooleanSupplier lost) {
    Attempt with(PublishRequest next) {
      return new Attempt(next, of, sinceMs, lost);
    }
  }

  /** Whether there was room. */
  boolean add(Publish publish) {
    int bytes = publish.item.sizeBytes();
    boolean full =
        waiting.size() >= MAX_WAITING
            || (!waiting.isEmpty() && waitingBytes + bytes > MAX_WAITING_BYTES);
    if (full) {
      return false;
    }
    waitingBytes += bytes;
    return waiting.add(publish);
  }

  boolean isBusy() {
    return attempt != null;
  }

  boolean isEmpty() {
    return attempt == null && waiting.isEmpty();
  }

  /**
   * The next request: what waits, as much as one carries.
   *
   * @param empty what it is without any item
   */
  Attempt next(PublishRequest empty, long nowMs, BooleanSupplier lost) {
    List<Publish> of = new ArrayList<>();
    List<PublishRequest.Item> items = new ArrayList<>();
    long bytes = 0;
    while (!waiting.isEmpty() && items.size() < MAX_ITEMS) {
      bytes += waiting.element().item.sizeBytes();
      if (bytes > MAX_BYTES && !items.isEmpty()) {
        break;
      }
      Publish publish = waiting.remove();
      waitingBytes -= publish.item.sizeBytes();
      of.add(publish);
      items.add(publish.item);
    }
    PublishRequest request =
        new PublishRequest(empty.node(), empty.serial(), false, empty.knownEpoch(), items);
    Attempt next = new Attempt(request, of, nowMs, lost);
    attempt = next;
    return next;
  }

  /** The request under way is over. */
  void ended() {
    attempt = null;
  }
}
