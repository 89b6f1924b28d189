package io.sluice.channel.hub;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * When a loop gives what has come to its readers. The loop has looked at its network since the
 * first batch came, so that what came with it goes with it. If several events went together last
 * time, and to many, more of them are expected to come one shortly after the other: the loop looks
 * again, as long as something comes and a little longer. A write to many saved is worth many looks.
 *
 * <p>Belongs to one loop, but for {@link #came}.
 */
final class Gathering {

  /** A write costs about as much as one look. */
  private static final int WRITES_PER_LOOK = 16;

  /** Looks in a row that find nothing: some 50 µs. */
  private static final int MOST_LOOKS = 32;

  /** Looks in all before what has come goes out. */
  private static final int MOST_IN_ALL = 256;

  private final AtomicInteger came = new AtomicInteger();
  private int seen;
  private int patience;
  private int looks;
  private int inAll;

  /** A batch has come. Any thread calls. */
  void came() {
    came.incrementAndGet();
  }

  /** Whether the loop should look at its network once more before it gives what has come. */
  boolean looksAgain() {
    int now = came.get();
    if (now != seen) {
      seen = now;
      looks = 0;
    }
    if (looks < patience && inAll < MOST_IN_ALL) {
      looks++;
      inAll++;
      return true;
    }
    looks = 0;
    inAll = 0;
    return false;
  }

  /** So many events went to so many readers with one write each. */
  void gave(int events, int writes) {
    patience = events > 1 ? Math.min(MOST_LOOKS, writes / WRITES_PER_LOOK) : 0;
  }
}
