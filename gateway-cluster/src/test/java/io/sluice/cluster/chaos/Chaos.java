package io.sluice.cluster.chaos;

import io.sluice.cluster.history.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The program behind {@code scripts/chaos}. */
public final class Chaos {

  private final Options options;
  private final Path top;
  private final List<Outcome> outcomes = new ArrayList<>();
  private final List<String> leftOut = new ArrayList<>();
  private int played;
  private int failed;

  private Chaos(Options options, Path top) {
    this.options = options;
    this.top = top;
  }

  /**
   * Runs faults.
   *
   * @param args the top folder of the checkout, then options
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Options options;
    try {
      options = Options.parse(List.of(args).subList(1, args.length));
    } catch (IllegalArgumentException e) {
      System.err.println("chaos: " + e.getMessage() + ": scripts/chaos --help says what there is");
      System.exit(2);
      return;
    }
    System.exit(new Chaos(options, Path.of(args[0])).run());
  }

  private int run() throws IOException, InterruptedException {
    List<Fault> all = Faults.all(options.quick() || options.brief());
    boolean namespaces = Namespaces.available();
    System.out.println("seed " + options.seed());
    for (Fault fault : all) {
      if (!options.asks(fault)) {
        continue;
      }
      if (fault.bed() == Fault.BedKind.NAMESPACES && !namespaces) {
        leftOut.add(fault.name());
      } else {
        play(fault, namespaces);
      }
    }
    if (options.report()) {
      Report.write(top.resolve("docs/reliability.md"), all, outcomes);
    }
    return conclude();
  }

  /** One node needs no network of its own: what is done to it is done to its process. */
  private void play(Fault fault, boolean namespaces) throws InterruptedException {
    long seed = new Random(options.seed() ^ fault.name().hashCode()).nextLong();
    Path folder = top.resolve("target/chaos/" + fault.name());
    System.out.printf("%-20s ", fault.name());
    System.out.flush();
    played++;
    try {
      Run run =
          new Run(
              fault, top.resolve("scripts/sluice"), folder, namespaces && fault.nodes() > 1, seed);
      Outcome outcome = run.play();
      outcomes.add(outcome);
      tell(outcome, folder);
    } catch (IOException e) {
      failed++;
      System.out.println("failed\n  " + e.getMessage());
    }
  }

  private void tell(Outcome outcome, Path folder) {
    Outcome.Figures figures = outcome.figures();
    System.out.printf(
        "%s; acknowledged %d, unknown %d, seen %d, gaps %d, again %d; outage %s, noticed %s,"
            + " hot channel %s, recovered %s%n",
        outcome.verdict(),
        figures.acknowledged(),
        figures.unknown(),
        figures.seen(),
        figures.gaps(),
        outcome.verdict().again(),
        Report.seconds(figures.outageMs()),
        outcome.times().detections(),
        outcome.times().outages(),
        outcome.times().recoveries());
    if (!outcome.holds()) {
      failed++;
      outcome.wrongs().forEach(wrong -> System.out.println("  " + wrong));
      System.out.println("  logs and history: " + folder);
    }
  }

  private int conclude() {
    Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    for (Outcome outcome : outcomes) {
      for (Kind kind : Kind.values()) {
        counts.merge(kind, outcome.verdict().count(kind), Integer::sum);
      }
    }
    StringBuilder line = new StringBuilder();
    for (Kind kind : Kind.values()) {
      line.append(kind.word()).append('=').append(counts.getOrDefault(kind, 0)).append(' ');
    }
    if (!leftOut.isEmpty()) {
      System.out.println(
          "left out, because network namespaces need root, ip, iptables and tc: "
              + String.join(", ", leftOut));
    }
    System.out.println(
        line + "runs=" + played + " failed=" + failed + " left-out=" + leftOut.size());
    boolean whole = leftOut.isEmpty() || !"true".equals(System.getenv("CI"));
    return failed == 0 && played > 0 && whole ? 0 : 1;
  }
}
