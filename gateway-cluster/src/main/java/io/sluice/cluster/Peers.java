package io.sluice.cluster;

import io.sluice.channel.Batch;

/** The other nodes that read. What is sent here may get lost. */
interface Peers {

  /**
   * Tells nodes what was appended to a channel, once its backups have it. Any thread may call;
   * never waits.
   */
  void hint(long[] nodes, Hint hint);

  /**
   * What a node is told of a channel.
   *
   * @param events that were appended, and the position they follow
   * @param emptied whether instead the log was emptied up to that position
   */
  record Hint(Batch events, boolean emptied) {}
}
