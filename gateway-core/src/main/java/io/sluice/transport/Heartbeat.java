package io.sluice.transport;

import io.sluice.http.CloseReason;

/**
 * Keeps one stream provably alive: beats at its interval, notices a peer that does not answer, that
 * vanished, or whose socket takes nothing.
 *
 * <p>{@code docs/protocol.md} §12. One node on the wheel whatever it waits for; touched by its
 * connection's loop alone.
 */
final class Heartbeat extends Wheel.Node {

  /** Above this, unanswered bytes before a ping may explain that its pong is late (BEAT-2). */
  static final int MUCH_BYTES = 64 << 10;

  /** A check that comes later than this says something about this process, not about the peer. */
  private static final int LATE_MS = 1000;

  /** Never: no time of the loop's clock. */
  private static final long NEVER = Long.MIN_VALUE;

  private final Wheel wheel;
  private final Times times;
  private final Stream stream;
  private long nextBeatMs;
  private long lastBeatMs = NEVER;
  private long awaitedSinceMs = NEVER;
  private long writtenWhenHeard;
  private long progress = NEVER;
  private long progressMs;

  /**
   * How long things may take.
   *
   * @param intervalMs between two beats
   * @param pongMs for the answer to a beat, and for its acknowledgement by TCP
   * @param stalledMs how long a socket may take nothing
   */
  record Times(long intervalMs, long pongMs, long stalledMs) {}

  /** The connection that is watched. */
  interface Peer {
    /** Whether it takes bytes now. */
    boolean isWritable();

    /** Bytes that wait for its socket. */
    long bytesPending();

    long bytesWritten();

    /** Grows when the socket takes bytes. */
    long progress();

    /** Whether nothing was acknowledged for so long although something is in flight. */
    boolean isVanished(long silentMs);
  }

  /** The stream whose heart this is. */
  interface Stream {
    /** The connection that carries it; always the same. */
    Peer peer();

    /**
     * Writes and flushes a beat.
     *
     * @return whether the peer must answer it
     */
    boolean beat();

    /** The peer is gone ({@code NO_PONG}) or takes nothing ({@code STALLED}): end the stream. */
    void dead(CloseReason reason);
  }

  Heartbeat(Wheel wheel, Times times, Stream stream) {
    this.wheel = wheel;
    this.times = times;
    this.stream = stream;
  }

  /** Begins to watch; the first beat comes at a random time of the interval. */
  void start() {
    progressMs = wheel.nowMs();
    nextBeatMs = progressMs + wheel.armSpread(this, times.intervalMs);
  }

  /** Stops for good. */
  void stop() {
    wheel.cancel(this);
  }

  /** The peer sent something. */
  void heard() {
    awaitedSinceMs = NEVER;
    writtenWhenHeard = stream.peer().bytesWritten();
  }

  /**
   * Bytes wait for the socket: its time runs from now on. Called after every flush that leaves
   * some, so that a beat need not come first.
   */
  void waits() {
    if (progress != NEVER) {
      return; // known
    }
    long now = wheel.nowMs();
    noteProgress(now);
    if (isArmed() && now + quarterMs() < wheel.dueMs(this)) {
      wheel.arm(this, quarterMs());
    }
  }

  private long quarterMs() {
    return times.stalledMs / 4;
  }

  @Override
  void due() {
    long now = wheel.nowMs();
    forgiveDelay(now);
    noteProgress(now);
    if (isStalled(now)) {
      stream.dead(CloseReason.STALLED);
    } else if (isSilent(now) || isVanished(now)) {
      stream.dead(CloseReason.NO_PONG);
    } else {
      beatIfDue(now);
      wheel.arm(this, nextCheckMs(now) - now);
    }
  }

  /** While this process stood still it neither read what the peer sent nor wrote to it. */
  private void forgiveDelay(long now) {
    long late = now - wheel.dueMs(this);
    if (late > LATE_MS) {
      progressMs += late;
      lastBeatMs = lastBeatMs == NEVER ? NEVER : lastBeatMs + late;
      awaitedSinceMs = awaitedSinceMs == NEVER ? NEVER : awaitedSinceMs + late + LATE_MS;
    }
  }

  private void noteProgress(long now) {
    long mark = stream.peer().bytesPending() == 0 ? NEVER : stream.peer().progress();
    if (mark != progress || mark == NEVER) {
      progress = mark;
      progressMs = now;
    }
  }

  private boolean isStalled(long now) {
    return now - progressMs >= times.stalledMs;
  }

  private boolean isSilent(long now) {
    return awaitedSinceMs != NEVER && now >= pongDeadlineMs();
  }

  /**
   * A client that reads slowly has not come to the ping yet: as long as its socket takes bytes, it
   * has time.
   */
  private long pongDeadlineMs() {
    long usual = awaitedSinceMs + times.pongMs;
    if (stream.peer().bytesPending() > 0) {
      return Math.max(usual, Math.max(awaitedSinceMs, progressMs) + times.stalledMs);
    }
    boolean behindMuch = stream.peer().bytesWritten() - writtenWhenHeard > MUCH_BYTES;
    return behindMuch ? Math.max(usual, awaitedSinceMs + times.stalledMs) : usual;
  }

  private boolean isVanished(long now) {
    if (lastBeatMs == NEVER || now - lastBeatMs < times.pongMs) {
      return false;
    }
    boolean vanished = stream.peer().isVanished(now - lastBeatMs);
    lastBeatMs = NEVER;
    return vanished;
  }

  private void beatIfDue(long now) {
    if (now < nextBeatMs) {
      return;
    }
    boolean onTime = now - nextBeatMs < times.intervalMs;
    nextBeatMs = (onTime ? nextBeatMs : now) + times.intervalMs;
    lastBeatMs = now;
    // A full connection has bytes in flight or waiting: those tell whether its peer lives.
    if (stream.peer().isWritable() && stream.beat() && awaitedSinceMs == NEVER) {
      awaitedSinceMs = now;
    }
  }

  private long nextCheckMs(long now) {
    long next = nextBeatMs;
    if (lastBeatMs != NEVER) {
      next = Math.min(next, lastBeatMs + times.pongMs);
    }
    if (awaitedSinceMs != NEVER) {
      next = Math.min(next, pongDeadlineMs());
    }
    if (stream.peer().bytesPending() > 0) {
      next = Math.min(next, Math.min(progressMs + times.stalledMs, now + quarterMs()));
    }
    return next;
  }
}
