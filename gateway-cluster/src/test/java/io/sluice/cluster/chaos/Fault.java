package io.sluice.cluster.chaos;

import java.io.IOException;

/**
 * One kind of harm.
 *
 * @param name for {@code --only}
 * @param words what is done
 * @param nodes how many there are
 * @param bed what it needs of the machine
 * @param gaps which gaps readers may be told
 * @param brief whether it is among the short runs
 */
record Fault(
    String name, String words, int nodes, BedKind bed, Gaps gaps, boolean brief, Play play) {

  /** What the machine must have. */
  enum BedKind {
    ANY,
    /** With a state file. */
    STATE,
    /** Root, {@code ip}, {@code iptables}, {@code tc}. */
    NAMESPACES
  }

  /** What readers may be told; more fails the run. */
  enum Gaps {
    NONE,
    /** Each reader one for each channel in which it had a position when the fault began. */
    ONE_EACH,
    ANY
  }

  /** What is done, under load. */
  @FunctionalInterface
  interface Play {
    void on(Stage stage) throws IOException, InterruptedException;
  }

  /** Whether {@code --only} with that word means it. */
  boolean matches(String word) {
    return name.equals(word) || name.startsWith(word + "-");
  }
}
