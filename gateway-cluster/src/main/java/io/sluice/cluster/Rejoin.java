package io.sluice.cluster;

import java.util.Collection;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a node that the others have removed may join them again. Not while it does not reach all of
 * them: they would remove it again. And the first time at once, but then a minute after the time
 * before, two, four, up to ten, until it has stayed for ten: what removes it can be something that
 * a connection does not show. One thread at a time decides; any may ask for the reason.
 */
final class Rejoin {

  /** From the first time that it joins again to the second; then twice as long each time. */
  static final long FIRST_WAIT_MS = 60_000;

  static final long LONGEST_WAIT_MS = 600_000;

  /** Who has stayed so long begins anew. */
  static final long QUIET_MS = 600_000;

  /** It does not reach all nodes that it would join. */
  static final String PARTLY_CUT_OFF = "partly-cut-off";

  /** It was removed soon after it had joined. */
  static final String BACKING_OFF = "backing-off";

  private static final Logger LOG = LoggerFactory.getLogger(Rejoin.class);

  private final LongSupplier nowMs;
  private volatile Past past = new Past(0, 0, false, List.of());
  private volatile @Nullable String reason;

  /**
   * What has been.
   *
   * @param times that it has joined again since it last stayed
   * @param joinedMs when the last of them was
   * @param apart whether it has noticed since that it is not with the others
   * @param told what was said last; each thing once until it joins
   */
  private record Past(int times, long joinedMs, boolean apart, List<?> told) {

    /** It notices that it is not with the others. */
    Past parted(long sinceMs) {
      return apart ? this : new Past(sinceMs >= QUIET_MS ? 0 : times, joinedMs, true, told);
    }

    Past says(List<?> words) {
      return new Past(times, joinedMs, apart, words);
    }

    long waitMs() {
      long longest = LONGEST_WAIT_MS / FIRST_WAIT_MS;
      return FIRST_WAIT_MS * Math.min(longest, 1L << Math.min(times - 1, 30));
    }
  }

  /**
   * @param nowMs a monotonic clock
   */
  Rejoin(LongSupplier nowMs) {
    this.nowMs = nowMs;
  }

  /** Why it does not join the others again yet, in a word; null if it is with them, or would be. */
  @Nullable String reason() {
    return reason;
  }

  /**
   * There are others that it should join.
   *
   * @param where the node that has answered
   * @param unreached nodes there that it does not reach
   */
  boolean mayJoin(String where, Collection<String> unreached) {
    long sinceMs = nowMs.getAsLong() - past.joinedMs();
    past = past.parted(sinceMs);
    if (!unreached.isEmpty()) {
      cutOff(where, List.copyOf(unreached));
      return false;
    }
    if (past.times() > 0 && sinceMs < past.waitMs()) {
      backOff(where, sinceMs);
      return false;
    }
    reason = null;
    return true;
  }

  /** There is nobody that it should join. */
  void nobody() {
    reason = null;
  }

  /** It joins others again. */
  void joins() {
    past = new Past(past.times() + 1, nowMs.getAsLong(), false, List.of());
    reason = null;
    LOG.info("this node joins the others again");
  }

  private void cutOff(String where, List<String> unreached) {
    reason = PARTLY_CUT_OFF;
    if (isNew(List.of(PARTLY_CUT_OFF, unreached))) {
      LOG.warn(
          "this node reaches {} but not {} (expected every node of the cluster): joined again it"
              + " would be removed again, so it stays out until it reaches all of them: look at"
              + " the network between them",
          where,
          String.join(", ", unreached));
    }
  }

  private void backOff(String where, long sinceMs) {
    reason = BACKING_OFF;
    if (isNew(List.of(BACKING_OFF))) {
      LOG.warn(
          "this node joined again {} s ago and was removed once more: it joins {} in {} s, and"
              + " each time waits twice as long, {} s at most: look at the network between this"
              + " node and the others",
          sinceMs / 1000,
          where,
          (past.waitMs() - sinceMs + 999) / 1000,
          LONGEST_WAIT_MS / 1000);
    }
  }

  /** Each thing is said once until it joins. */
  private boolean isNew(List<?> words) {
    boolean differs = !words.equals(past.told());
    past = past.says(words);
    return differs;
  }
}
