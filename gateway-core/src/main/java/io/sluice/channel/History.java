package io.sluice.channel;

/**
 * What a channel's log keeps for new readers. A bound that is hit drops the oldest events.
 *
 * @param maxCount events, 0 or more
 * @param maxBytes {@link Event#sizeBytes()} of all events together
 * @param maxAgeMs age of each event
 */
public record History(int maxCount, long maxBytes, long maxAgeMs) {

  /** 1,000 events, 1 MiB, two minutes. */
  public static final History DEFAULT = new History(1000, 1 << 20, 120_000);
}
