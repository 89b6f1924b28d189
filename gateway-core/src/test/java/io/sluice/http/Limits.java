package io.sluice.http;

import io.sluice.config.Config;

/** Limits of tests. */
public final class Limits {

  private Limits() {}

  /** The usual ones, but for how many connections may be open and how many be told off at once. */
  public static Config.Limits of(int connections, int turnedAway) {
    Config.Limits usual = Config.Limits.DEFAULT;
    return new Config.Limits(
        connections,
        turnedAway,
        usual.stalled(),
        usual.requestLineBytes(),
        usual.headerBytes(),
        usual.delivery(),
        usual.door());
  }

  /** The usual ones, but for how many connections may be open. */
  public static Config.Limits connections(int connections) {
    return of(connections, Config.Limits.DEFAULT.turnedAway());
  }
}
