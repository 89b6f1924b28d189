package io.sluice.cluster.history;

import io.sluice.channel.Position;

/** What one reader notes of one channel, in the order in which it learned it. */
public sealed interface Note {

  /** The channel, as the gateway named it. */
  String channel();

  /** When, by {@link System#nanoTime}. */
  long ns();

  /**
   * The gateway said where reading stands: when a stream opens, or as {@code next} of a poll.
   *
   * @param at the reader's position
   */
  record Stood(String channel, Position at, long ns) implements Note {}

  /**
   * An event came.
   *
   * @param at its position
   * @param id of the publish that it says it is
   * @param hash of what came
   */
  record Saw(String channel, Position at, String id, String hash, long ns) implements Note {}

  /**
   * A gap was told.
   *
   * @param reason the slug
   * @param goOn the position to go on from
   */
  record Told(String channel, String reason, Position goOn, long ns) implements Note {}

  /** The reader ended on purpose, and reads this channel no more. */
  record Left(String channel, long ns) implements Note {}
}
