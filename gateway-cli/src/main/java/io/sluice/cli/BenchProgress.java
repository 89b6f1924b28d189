package io.sluice.cli;

import io.sluice.cli.bench.Load;

/** Says on standard error how a load run goes. */
final class BenchProgress implements Load.Observer {

  private static final int LINES = 10;

  private final Console console;
  private int said;

  BenchProgress(Console console) {
    this.console = console;
  }

  @Override
  public void onConnecting(int open, int all) {
    if (open == all || open >= (long) all * (said + 1) / LINES) {
      said = (int) ((long) open * LINES / all);
      console.note("connecting: %,d of %,d readers".formatted(open, all));
    }
  }

  @Override
  public void onDeliveries(boolean warmingUp, long perSecond) {
    console.note(
        "%s: %,d deliveries/s".formatted(warmingUp ? "warming up" : "measuring", perSecond));
  }
}
