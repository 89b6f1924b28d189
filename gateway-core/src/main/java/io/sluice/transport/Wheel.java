package io.sluice.transport;

import io.sluice.channel.Loop;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The timers of one loop's connections: heartbeats, deadlines, the ends of long polls. One
 * scheduled task for all of them, and none while nothing is armed.
 *
 * <p>A node is its own list entry, so arming one again allocates nothing. A node never fires early,
 * and at most two ticks late on a loop that keeps up. Touched by its loop alone.
 */
final class Wheel {

  /** How long a tick is, in milliseconds. */
  static final int TICK_MS = 50;

  /** Slots, a power of two: 25.6 s for a round. A later node goes round more than once. */
  private static final int SLOTS = 512;

  private static final Logger LOG = LoggerFactory.getLogger(Wheel.class);

  private final Loop loop;
  private final RandomGenerator random;
  private final long zeroMs;
  private final Node[] slots = new Node[SLOTS];
  private final Node firing = new Head();
  private long doneTick;
  private int armed;
  private boolean ticking;

  /** Something that happens at a time. */
  abstract static class Node {
    private @Nullable Node previous;
    private @Nullable Node next;
    private long dueTick;

    /** Its time has come. It may arm itself again. */
    abstract void due();

    /** Whether it waits for its time. */
    final boolean isArmed() {
      return next != null;
    }

    private void unlink() {
      Node before = previous;
      Node after = next;
      if (before != null && after != null) {
        before.next = after;
        after.previous = before;
      }
      previous = null;
      next = null;
    }

    private void linkBefore(Node head) {
      Node last = head.previous;
      previous = last;
      next = head;
      if (last != null) {
        last.next = this;
      }
      head.previous = this;
    }
  }

  /** The ends of a list. */
  private static final class Head extends Node {
    Head() {
      ((Node) this).previous = this;
      ((Node) this).next = this;
    }

    @Override
    void due() {}
  }

  Wheel(Loop loop, RandomGenerator random) {
    this.loop = loop;
    this.random = random;
    this.zeroMs = loop.nowMs();
    for (int i = 0; i < SLOTS; i++) {
      slots[i] = new Head();
    }
  }

  /** Lets a node fire once after a delay, instead of when it was to fire before. */
  void arm(Node node, long delayMs) {
    cancel(node);
    long due = loop.nowMs() - zeroMs + Math.max(0, delayMs);
    if (armed == 0) {
      doneTick = Math.max(doneTick, (loop.nowMs() - zeroMs) / TICK_MS);
    }
    node.dueTick = Math.max((due + TICK_MS - 1) / TICK_MS, doneTick + 1);
    node.linkBefore(slot(node.dueTick));
    armed++;
    keepTicking();
  }

  /**
   * As {@link #arm}, at a random time of an interval: what many connections do in turn is then
   * spread over it.
   *
   * @return the delay, in milliseconds
   */
  long armSpread(Node node, long intervalMs) {
    long delay = random.nextLong(Math.max(1, intervalMs)) + 1;
    arm(node, delay);
    return delay;
  }

  /** Keeps a node from firing. Idempotent. */
  void cancel(Node node) {
    if (node.isArmed()) {
      node.unlink();
      armed--;
    }
  }

  /** When a node fires, or was to fire last; not before it was first armed. */
  long dueMs(Node node) {
    return zeroMs + node.dueTick * TICK_MS;
  }

  /** Nodes that wait for their time. */
  int size() {
    return armed;
  }

  long nowMs() {
    return loop.nowMs();
  }

  private Node slot(long tick) {
    return slots[(int) (tick & (SLOTS - 1))];
  }

  private void keepTicking() {
    if (!ticking && armed > 0) {
      ticking = true;
      loop.after(TICK_MS, this::tick);
    }
  }

  private void tick() {
    ticking = false;
    long now = (loop.nowMs() - zeroMs) / TICK_MS;
    // A loop that stood still for more than a round finds all that is due in one.
    long from = Math.max(doneTick + 1, now - SLOTS + 1);
    for (long tick = from; tick <= now; tick++) {
      collect(slot(tick), now);
    }
    doneTick = Math.max(doneTick, now);
    fire();
    keepTicking();
  }

  private void collect(Node head, long now) {
    for (Node node = head.next; node != null && node != head; ) {
      Node following = node.next;
      if (node.dueTick <= now) {
        node.unlink();
        node.linkBefore(firing);
      }
      node = following;
    }
  }

  /** What fires may arm and cancel any node, also one that is about to fire. */
  private void fire() {
    for (Node node = firing.next; node != null && node != firing; node = firing.next) {
      node.unlink();
      armed--;
      try {
        node.due();
      } catch (RuntimeException defect) {
        LOG.error("a timer failed: a defect in the gateway", defect);
      }
    }
  }
}
