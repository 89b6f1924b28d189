package io.sluice.channel.hub;

import io.sluice.channel.Broker;

/** How much the hubs of tests hold. */
public final class HubSettings {

  /** How long batches stay at hand. */
  static final long KEEP_MS = 2_000;

  /** So few that a channel with a handful of readers needs several turns. */
  static final int FEW_FRAMES = 2;

  /** So few that most channels of tests have rounds. */
  static final int FEW_READERS = 3;

  private HubSettings() {}

  /** As a gateway has it that is not configured, but for the clock: it is that of the process. */
  public static Hub.Settings usual() {
    return new Hub.Settings(
        new Broker.Page(128, 32 << 10),
        32L << 20,
        8L << 20,
        KEEP_MS,
        16,
        Hub.FRAMES_PER_TURN,
        Hub.ROUND_READERS,
        System::currentTimeMillis);
  }

  static Hub.Settings of(Broker.Page page, long catchUpBytes, long recentBytes, int pagesPerTurn) {
    return new Hub.Settings(
        page,
        catchUpBytes,
        recentBytes,
        KEEP_MS,
        pagesPerTurn,
        FEW_FRAMES,
        FEW_READERS,
        System::currentTimeMillis);
  }
}
