package io.sluice.cluster.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** What a fault may do to the nodes, and when it began and ended. Used by one thread. */
final class Stage {

  private static final int HEALTHY_SECONDS = 90;
  private static final int STOP_SECONDS = 30;

  final Random random;
  private final Bed bed;
  private final Load load;
  private final Watch watch;
  private final List<Long> detectionsMs = new ArrayList<>();
  private final List<Long> outagesMs = new ArrayList<>();
  private final List<Long> recoveriesMs = new ArrayList<>();
  private long begunNs;

  /** From when on the others ought to miss a node that ends in order: not while it still drains. */
  private long goneNs;

  private long endedNs;
  private long notedNs;

  Stage(Bed bed, Load load, Watch watch, Random random) {
    this.bed = bed;
    this.load = load;
    this.watch = watch;
    this.random = random;
  }

  List<Node> nodes() {
    return bed.nodes;
  }

  Net net() {
    return bed.net;
  }

  /** Lets time go by under load. */
  void last(double seconds) throws InterruptedException {
    Thread.sleep((long) (seconds * 1000));
  }

  /** The node that orders the busiest channel; any one if nobody says which. */
  Node owner() {
    for (Node node : bed.nodes) {
      String id = node.runs() ? node.ownerOf(Load.HOT) : null;
      Node owner = id == null ? null : bed.at(node.addressOf(id));
      if (owner != null) {
        return owner;
      }
    }
    return bed.nodes.get(random.nextInt(bed.nodes.size()));
  }

  /** All but these, in drawn order. */
  List<Node> others(Node... nodes) {
    List<Node> others = new ArrayList<>(bed.nodes);
    others.removeAll(List.of(nodes));
    java.util.Collections.shuffle(others, random);
    return others;
  }

  /** The fault begins now. */
  void begin() {
    begunNs = System.nanoTime();
    goneNs = begunNs;
  }

  /** The fault is over now; what follows is recovery. */
  void end() {
    endedNs = System.nanoTime();
  }

  /** Starts a node that ended. */
  void start(Node node) throws IOException {
    node.start();
  }

  /** Stops a node in order, and waits for its end. */
  void stop(Node node) throws IOException, InterruptedException {
    node.terminate();
    node.awaitStop(STOP_SECONDS);
    goneNs = System.nanoTime();
  }

  /**
   * The nodes that are there may change once because of the fault, and then once a minute.
   *
   * @throws IOException if they changed more often since it began
   */
  void isCalm() throws IOException {
    int changes = watch.changesSince(begunNs);
    long minutes = TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - begunNs);
    System.out.printf("members changed %d times in %d min; ", changes, minutes);
    if (changes > 1 + minutes) {
      throw new IOException(
          "members changed " + changes + " times, more than once and then once a minute");
    }
  }

  /** Stops a node in order, starts it again, and waits until all is well. Nothing is noted. */
  void restart(Node node) throws IOException, InterruptedException {
    stop(node);
    node.start();
    awaitHealth(System.nanoTime());
  }

  /** Nothing passes between those of one side and those of the other. */
  void part(List<Node> side, List<Node> other) throws IOException, InterruptedException {
    for (Node a : side) {
      for (Node b : other) {
        bed.net.block(a.number, b.number);
        bed.net.block(b.number, a.number);
      }
    }
  }

  /**
   * Waits until all nodes are ready and see each other, and all readers are connected; the first
   * time after a fault it notes how long that took, when the fault was noticed, and for how long
   * nothing could be published.
   *
   * @throws IOException if it takes too long
   */
  void recover() throws IOException, InterruptedException {
    awaitHealth(endedNs);
    if (notedNs != endedNs) {
      notedNs = endedNs;
      recoveriesMs.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - endedNs));
      outagesMs.add(Outcome.outageMs(load.history().attempts(), Load.HOT, begunNs));
      long detected = watch.missedAfterMs(begunNs);
      if (detected >= 0) {
        long drainedMs = TimeUnit.NANOSECONDS.toMillis(goneNs - begunNs);
        detectionsMs.add(Math.max(0, detected - drainedMs));
      }
    }
  }

  private void awaitHealth(long since) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(HEALTHY_SECONDS);
    while (!watch.healthySince(since) || !load.connectedSince(since)) {
      if (System.nanoTime() - end > 0) {
        throw new IOException(
            (watch.healthySince(since) ? "readers are not connected" : "nodes are not ready")
                + " "
                + HEALTHY_SECONDS
                + " s after the fault");
      }
      Thread.sleep(50);
    }
  }

  List<Long> detectionsMs() {
    return detectionsMs;
  }

  /** For each fault, the longest time in which the busiest channel had no acknowledged publish. */
  List<Long> outagesMs() {
    return outagesMs;
  }

  List<Long> recoveriesMs() {
    return recoveriesMs;
  }
}
