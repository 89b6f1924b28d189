package io.sluice.cli.bench;

/**
 * Counts of values in fixed buckets, 64 for each power of two: a percentile is at most 1.6 % too
 * low. Values from 0 to 2^40; larger ones count as that. Not safe for use by several threads.
 */
public final class Histogram {

  private static final int STEPS_LOG = 6;
  private static final int STEPS = 1 << STEPS_LOG;
  private static final int TOP_LOG = 40;
  private static final long TOP = (1L << TOP_LOG) - 1;

  private final long[] counts = new long[(TOP_LOG - STEPS_LOG + 1) * STEPS];
  private long count;
  private long max;

  void add(long value) {
    long bounded = Math.min(Math.max(value, 0), TOP);
    counts[bucket(bounded)]++;
    count++;
    max = Math.max(max, bounded);
  }

  void add(Histogram other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    count += other.count;
    max = Math.max(max, other.max);
  }

  /** Values counted. */
  public long count() {
    return count;
  }

  /** The largest value, exactly; 0 if there is none. */
  public long max() {
    return max;
  }

  /** A value that this share (0 to 1) of all values does not exceed; 0 if there is none. */
  public long at(double share) {
    long wanted = (long) Math.ceil(share * count);
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= wanted && seen > 0) {
        return seen == count && share >= 1 ? max : lowest(i);
      }
    }
    return 0;
  }

  private static int bucket(long value) {
    if (value < STEPS) {
      return (int) value;
    }
    int shift = 63 - Long.numberOfLeadingZeros(value) - STEPS_LOG;
    return (shift + 1) * STEPS + (int) (value >>> shift) - STEPS;
  }

  private static long lowest(int bucket) {
    if (bucket < STEPS) {
      return bucket;
    }
    int shift = bucket / STEPS - 1;
    return (long) (STEPS + bucket % STEPS) << shift;
  }
}
