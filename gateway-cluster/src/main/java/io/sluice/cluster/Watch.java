package io.sluice.cluster;

import io.sluice.channel.Broker;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this node may answer for the cluster: it sees a majority, has not slept, and is neither
 * joining nor leaving. A node whose clock has jumped may have been taken for gone while it slept;
 * it answers nothing until a majority has answered it. Any thread may ask.
 */
final class Watch implements Vitals {

  /** How often {@link #tick} has to be called. */
  static final long TICK_MS = 200;

  /** More than two heartbeats of a second each. */
  static final long ASLEEP_MS = 2_100;

  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  private static final String NO_QUORUM =
      "this node does not see a majority of the cluster's nodes";
  private static final String WOKEN = "this node has stood still and asks the others first";

  private final Surroundings around;
  private final AtomicBoolean quorum = new AtomicBoolean();
  private final AtomicBoolean awake = new AtomicBoolean(true);
  private final AtomicInteger sleeps = new AtomicInteger();
  private volatile Phase phase = Phase.JOINING;
  private volatile long tickedMs;

  /** Where the node stands with its cluster. */
  private enum Phase {
    JOINING("joining", "this node is joining the cluster"),
    MEMBER("", ""),
    LEAVING("draining", "this node is leaving the cluster");

    final String word;
    final String words;

    Phase(String word, String words) {
      this.word = word;
      this.words = words;
    }
  }

  /**
   * What it looks at.
   *
   * @param nowMs a monotonic clock
   * @param members how many this node sees, itself among them
   * @param majority members that have to be there
   * @param askOthers asks all members for a sign of life and hears how many have given one
   * @param lost hears why nothing can be answered any more, once each time that begins
   */
  record Surroundings(
      LongSupplier nowMs,
      IntSupplier members,
      int majority,
      Consumer<Runnable> askOthers,
      Consumer<Broker.Unavailable> lost) {}

  Watch(Surroundings around) {
    this.around = around;
    this.tickedMs = around.nowMs().getAsLong();
  }

  @Override
  public Broker.@Nullable Unavailable refusal() {
    Phase now = phase;
    if (now != Phase.MEMBER) {
      return new Broker.Unavailable(now.words);
    }
    if (isAsleep()) {
      return new Broker.Unavailable(WOKEN);
    }
    return around.members().getAsInt() < around.majority()
        ? new Broker.Unavailable(NO_QUORUM)
        : null;
  }

  private boolean isAsleep() {
    return !awake.get() || around.nowMs().getAsLong() - tickedMs > ASLEEP_MS;
  }

  /** Why it may not answer although it sees a majority, in a word; null if it may. */
  @Nullable String hindrance() {
    Phase now = phase;
    if (now != Phase.MEMBER) {
      return now.word;
    }
    return isAsleep() ? "woken" : null;
  }

  /** The node belongs to the cluster from now on, or does not for a while. */
  void joined(boolean now) {
    phase = now ? Phase.MEMBER : Phase.JOINING;
    tickedMs = around.nowMs().getAsLong();
    look();
    if (now && !quorum.get()) {
      LOG.info(
          "{} nodes are there (a majority is {}): nothing is published until there are more",
          around.members().getAsInt(),
          around.majority());
    }
  }

  /** The node goes, in an orderly manner: its readers have been sent away before. */
  void leaves() {
    phase = Phase.LEAVING;
    quorum.set(false);
  }

  /** Looks at the clock and the members. From one thread, each {@link #TICK_MS}. */
  void tick() {
    long now = around.nowMs().getAsLong();
    long slept = now - tickedMs;
    if (slept > ASLEEP_MS) {
      sleeps.incrementAndGet();
      awake.set(false);
      LOG.warn("this node stood still for {} ms; it asks the others before it goes on", slept);
    }
    tickedMs = now;
    if (!awake.get()) {
      int asked = sleeps.get();
      around.askOthers().accept(() -> answered(asked));
    }
    look();
  }

  /** A majority has answered; that says nothing if this node has slept again since it asked. */
  private void answered(int asked) {
    if (asked == sleeps.get() && awake.compareAndSet(false, true)) {
      LOG.info("a majority of the nodes has answered; this node goes on");
    }
  }

  /** The members may have changed. */
  void look() {
    Phase stands = phase;
    boolean now = stands == Phase.MEMBER && around.members().getAsInt() >= around.majority();
    if (now && quorum.compareAndSet(false, true)) {
      LOG.info(
          "{} nodes are there, a majority: publishing is possible", around.members().getAsInt());
    } else if (!now && quorum.compareAndSet(true, false)) {
      LOG.warn(
          "{} nodes are there (a majority is {}): nothing is published, readers are sent away",
          around.members().getAsInt(),
          around.majority());
      around
          .lost()
          .accept(new Broker.Unavailable(stands == Phase.MEMBER ? NO_QUORUM : stands.words));
    }
  }
}
