package io.sluice.channel.hub;

/**
 * When a home loop lets what has come go to the readers. The loop has looked at its network since
 * the first batch came, so that what came with it goes with it. If several events went together
 * last time, and to many, more of them are expected to come one shortly after the other: the loop
 * waits a moment and looks again, as long as something comes and a little longer: for less than the
 * writes take that are saved, and other threads have the processor meanwhile.
 *
 * <p>Belongs to one loop.
 */
final class Gathering {

  /** So many writes take longer than a moment. */
  private static final int WRITES_PER_LOOK = 128;

  /** Looks in a row that find nothing. */
  private static final int MOST_LOOKS = 8;

  /** Looks in all before what has come goes out: some 4 ms. */
  private static final int MOST_IN_ALL = 40;

  private boolean cameMore;
  private int patience;
  private int looks;
  private int inAll;

  /** A batch has come. */
  void came() {
    cameMore = true;
  }

  /** Whether the loop should look again in a moment before it gives what has come. */
  boolean looksAgain() {
    if (cameMore) {
      cameMore = false;
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
