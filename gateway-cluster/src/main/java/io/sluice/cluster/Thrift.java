package io.sluice.cluster;

import org.jspecify.annotations.Nullable;

/**
 * How long records, and their events, may stay now: as configured while there is room, and half as
 * long each time a look finds that they take too much. So what is oldest goes first, whosever it
 * is. Immutable.
 *
 * @param rememberMs how long an identity outlives its last use when there is room
 * @param maxAgeMs how old an event may be
 * @param idleMs how long a channel without readers may be unused
 * @param unbornMs the same for one that never had an event
 */
record Thrift(long rememberMs, long maxAgeMs, long idleMs, long unbornMs) {

  /** An hour: longer than any history is useful that has to give way. */
  private static final long LONGEST_AGE_MS = 3_600_000;

  private static final long SHORTEST_MS = 1_000;

  /** While there is room. */
  static Thrift none(long rememberMs) {
    return new Thrift(rememberMs, Long.MAX_VALUE, rememberMs, rememberMs);
  }

  /** What follows from what is held. */
  Thrift after(Held.Sum held, Held.Limits limits) {
    return new Thrift(
        rememberMs,
        age(maxAgeMs, held.historyBytes(), limits.historyBytes()),
        identity(idleMs, unbornMs == SHORTEST_MS, held.identityBytes(), limits.identityBytes()),
        identity(unbornMs, true, held.identityBytes(), limits.identityBytes()));
  }

  private static long age(long now, long held, long limit) {
    if (held > limit) {
      return Math.max(SHORTEST_MS, Math.min(now, LONGEST_AGE_MS) / 2);
    }
    boolean roomy = held < limit - limit / 5;
    return !roomy || now == Long.MAX_VALUE ? now : now >= LONGEST_AGE_MS ? Long.MAX_VALUE : now * 2;
  }

  /** Unborn channels go first: the others' time is shortened only when that was not enough. */
  private long identity(long now, boolean mayShorten, long held, long limit) {
    if (held > limit) {
      return mayShorten ? Math.max(SHORTEST_MS, now / 2) : now;
    }
    return held < limit - limit / 5 ? Math.min(rememberMs, now * 2) : now;
  }

  /** Why a record goes now: the label of its metric; null if it stays. */
  @Nullable String forgets(ChannelRecord record, boolean followed, long nowMs) {
    long unusedMs = nowMs - record.log().usedMs();
    long mayMs = record.log().born() ? idleMs : unbornMs;
    if (followed || unusedMs < mayMs) {
      return null;
    }
    return unusedMs >= rememberMs ? "remember" : "budget";
  }
}
