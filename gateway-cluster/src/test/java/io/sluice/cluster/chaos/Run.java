package io.sluice.cluster.chaos;

import io.sluice.cluster.history.Attempt;
import io.sluice.cluster.history.Checker;
import io.sluice.cluster.history.History;
import io.sluice.cluster.history.Note;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Plays one fault to its end. */
final class Run {

  private static final int START_SECONDS = 60;
  private static final int DRAIN_SECONDS = 45;
  private static final int SHOWN = 5;

  private final Fault fault;
  private final Path launcher;
  private final Path folder;
  private final Random random;
  private final boolean namespaces;
  private final Troubles troubles = new Troubles();
  private final List<String> failures = new ArrayList<>();

  /**
   * @param folder is made anew; what a run that failed leaves in it tells why
   * @param namespaces whether nodes get network namespaces
   */
  Run(Fault fault, Path launcher, Path folder, boolean namespaces, long seed) {
    this.fault = fault;
    this.launcher = launcher;
    this.folder = folder;
    this.namespaces = namespaces;
    this.random = new Random(seed);
  }

  Outcome play() throws IOException, InterruptedException {
    delete(folder);
    Files.createDirectories(folder);
    Bed.Need need = new Bed.Need(fault.nodes(), namespaces, fault.bed() == Fault.BedKind.STATE);
    try (Bed bed = new Bed(need, launcher, folder, random);
        Watch watch = new Watch(bed.nodes)) {
      Load load =
          new Load(
              bed.nodes.stream().map(Node::readAt).toList(),
              bed.nodes.stream().map(Node::publishAt).toList(),
              new Random(random.nextLong()),
              troubles);
      Stage stage = new Stage(bed, load, watch, random);
      started(bed, watch);
      load.start();
      try {
        fault.play().on(stage);
      } catch (IOException e) {
        failures.add(e.getMessage());
        bed.net.heal();
      }
      for (Node node : bed.nodes) {
        node.wake();
      }
      if (!load.drain(DRAIN_SECONDS)) {
        failures.add("readers had not all that was acknowledged " + DRAIN_SECONDS + " s later");
      }
      return judged(load.history(), stage);
    }
  }

  private void started(Bed bed, Watch watch) throws IOException, InterruptedException {
    for (Node node : bed.nodes) {
      node.start();
    }
    long began = System.nanoTime();
    long end = began + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!watch.healthySince(began)) {
      for (Node node : bed.nodes) {
        if (!node.runs() || System.nanoTime() - end > 0) {
          throw new IOException(
              "node " + node.number + " did not start: see " + folder.resolve("node-*.log"));
        }
      }
      Thread.sleep(100);
    }
  }

  private Outcome judged(History history, Stage stage) throws IOException {
    failures.addAll(first(Outcome.wrongGaps(fault, history)));
    failures.addAll(first(troubles.all()));
    Outcome outcome =
        new Outcome(
            fault,
            Checker.check(history),
            List.copyOf(failures),
            Outcome.figures(history),
            new Outcome.Times(
                List.copyOf(stage.detectionsMs()),
                List.copyOf(stage.outagesMs()),
                List.copyOf(stage.recoveriesMs())));
    if (outcome.holds()) {
      delete(folder);
    } else {
      write(history);
    }
    return outcome;
  }

  private static List<String> first(List<String> words) {
    return words.subList(0, Math.min(SHOWN, words.size()));
  }

  /** The whole history, for whoever looks for the reason. */
  private void write(History history) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Attempt attempt : history.attempts()) {
      lines.add(attempt.toString());
    }
    for (History.Reader reader : history.readers()) {
      for (Note note : reader.notes()) {
        lines.add(reader.name() + " " + note);
      }
    }
    Files.write(folder.resolve("history.txt"), lines);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
