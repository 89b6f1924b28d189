package io.sluice.cluster.chaos;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What the command line asks for.
 *
 * @param only names, or first words of names; empty for all
 * @param quick fewer repeats and shorter faults
 * @param brief only the short runs, quickly
 * @param report whether the table of the page is written
 */
record Options(List<String> only, long seed, boolean quick, boolean brief, boolean report) {

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException if there is one that is not known
   */
  static Options parse(List<String> args) {
    List<String> only = List.of();
    long seed = new Random().nextInt(1_000_000);
    boolean quick = false;
    boolean brief = false;
    boolean report = true;
    for (int i = 0; i < args.size(); i++) {
      switch (args.get(i)) {
        case "--only" -> only = Arrays.asList(value(args, ++i).split(","));
        case "--seed" -> seed = Long.parseLong(value(args, ++i));
        case "--quick" -> quick = true;
        case "--short" -> brief = true;
        case "--no-report" -> report = false;
        default -> throw new IllegalArgumentException("unknown option " + args.get(i));
      }
    }
    for (String word : only) {
      if (Faults.all(false).stream().noneMatch(fault -> fault.matches(word))) {
        throw new IllegalArgumentException("no run is named " + word);
      }
    }
    return new Options(only, seed, quick, brief, report && !quick && !brief);
  }

  private static String value(List<String> args, int at) {
    if (at == args.size()) {
      throw new IllegalArgumentException(args.get(at - 1) + " needs a value");
    }
    return args.get(at);
  }

  boolean asks(Fault fault) {
    return (!brief || fault.brief()) && (only.isEmpty() || only.stream().anyMatch(fault::matches));
  }
}
