package io.sluice.channel;

/**
 * A place in a channel's log: just after the event at {@code offset}.
 *
 * @param epoch one life of the log, 64 random bits
 * @param offset the event last read; 0 stands before the first event of the epoch
 * @param stamp the 32 random bits that the event at {@code offset} was given; 0 at offset 0
 */
public record Position(long epoch, long offset, int stamp) {

  public Position {
    if (offset < 0) {
      throw new IllegalArgumentException("offset = " + offset + " (expected 0 or more)");
    }
  }

  /** The place before the first event of an epoch. */
  public static Position start(long epoch) {
    return new Position(epoch, 0, 0);
  }
}
