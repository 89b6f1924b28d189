package io.sluice.cluster.history;

import io.sluice.channel.Position;

/**
 * One request of a publisher and its answer. A publish is all attempts with the same id.
 *
 * @param id of the publish, unique in the run
 * @param hash of what was sent
 * @param at where the event stands, by the answer; null unless {@code answer} is {@code
 *     ACKNOWLEDGED}
 * @param beganNs when the first byte was about to be sent, by {@link System#nanoTime}
 * @param endedNs when the answer was there, or was given up
 */
public record Attempt(
    String id,
    String channel,
    String hash,
    Answer answer,
    Position at,
    long beganNs,
    long endedNs) {

  /** What the publisher knows afterwards. */
  public enum Answer {
    /** The event stands in the log. */
    ACKNOWLEDGED,
    /** This request appended nothing. */
    REFUSED,
    /** It may stand in the log, now or later: no answer, or one that says so. */
    UNKNOWN
  }

  public Attempt {
    if ((answer == Answer.ACKNOWLEDGED) != (at != null)) {
      throw new IllegalArgumentException(
          id + ": position = " + at + " (expected one exactly if acknowledged)");
    }
  }
}
