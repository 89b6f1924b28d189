package io.sluice.cluster.chaos;

import io.sluice.cluster.chaos.Fault.BedKind;
import io.sluice.cluster.chaos.Fault.Gaps;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The catalogue, in the order in which it runs. */
final class Faults {

  private static final int CLUSTER = 3;

  private Faults() {}

  /**
   * All faults.
   *
   * @param quick with fewer repeats and shorter faults
   */
  static List<Fault> all(boolean quick) {
    List<Fault> all = new ArrayList<>();
    oneNode(all, quick);
    processes(all, quick);
    partitions(all, quick);
    pauses(all, quick);
    return all;
  }

  private static void oneNode(List<Fault> all, boolean quick) {
    all.add(
        new Fault(
            "one-none",
            "one node, no fault",
            1,
            BedKind.ANY,
            Gaps.NONE,
            true,
            stage -> stage.last(quick ? 3 : 8)));
    all.add(
        new Fault(
            "one-stop",
            "one node with a state file, SIGTERM, started again",
            1,
            BedKind.STATE,
            Gaps.NONE,
            true,
            Faults::stopOne));
    all.add(
        new Fault(
            "one-kill9",
            "one node, `kill -9`, started again",
            1,
            BedKind.ANY,
            Gaps.ONE_EACH,
            true,
            stage -> kill9(stage, stage.nodes().get(0))));
    for (int seconds : quick ? List.of(2) : List.of(2, 9)) {
      all.add(
          new Fault(
              "one-pause-" + seconds,
              "one node, SIGSTOP for " + seconds + " s",
              1,
              BedKind.ANY,
              Gaps.NONE,
              false,
              stage -> pause(stage, stage.nodes().get(0), seconds)));
    }
  }

  private static void processes(List<Fault> all, boolean quick) {
    all.add(
        new Fault(
            "none",
            "no fault",
            CLUSTER,
            BedKind.ANY,
            Gaps.NONE,
            true,
            stage -> stage.last(quick ? 4 : 15)));
    int repeats = quick ? 2 : 20;
    all.add(
        new Fault(
            "kill9",
            "`kill -9` of the owner, " + repeats + " times",
            CLUSTER,
            BedKind.ANY,
            Gaps.NONE,
            true,
            stage -> kill9(stage, repeats)));
    all.add(
        new Fault(
            "kill9-two",
            "`kill -9` of the owner and another node at once",
            CLUSTER,
            BedKind.ANY,
            Gaps.ANY,
            false,
            Faults::kill9Two));
    all.add(
        new Fault(
            "stop",
            "SIGTERM to the owner, started again",
            CLUSTER,
            BedKind.ANY,
            Gaps.NONE,
            true,
            Faults::stopOne));
    all.add(
        new Fault(
            "rolling",
            "all nodes restarted, one after the other",
            CLUSTER,
            BedKind.ANY,
            Gaps.NONE,
            false,
            Faults::rolling));
    all.add(
        new Fault(
            "restart",
            "all nodes stopped, then all started",
            CLUSTER,
            BedKind.ANY,
            Gaps.ONE_EACH,
            false,
            Faults::restart));
  }

  private static void partitions(List<Fault> all, boolean quick) {
    for (int seconds : quick ? List.of(5, 20) : List.of(5, 30, 60)) {
      all.add(
          partition(
              "partition-" + seconds + "-owner",
              "the owner cut off for " + seconds + " s",
              seconds == 5,
              stage -> cutOff(stage, stage.owner(), seconds)));
      all.add(
          partition(
              "partition-" + seconds + "-other",
              "a node that is not the owner cut off for " + seconds + " s",
              false,
              stage -> cutOff(stage, stage.others(stage.owner()).get(0), seconds)));
    }
    int hold = quick ? 15 : 25;
    all.add(
        partition(
            "deaf",
            "the owner hears nobody for " + hold + " s",
            false,
            stage -> oneWay(stage, hold)));
    all.add(
        partition(
            "pair",
            "the owner and one other node do not hear each other for " + hold + " s",
            false,
            stage -> pair(stage, hold)));
    int longHold = quick ? 30 : 150;
    all.add(
        partition(
            "pair-later",
            "two nodes do not hear each other for "
                + longHold
                + " s, the first of the cluster hears both",
            false,
            stage -> pairOfLater(stage, longHold)));
    int times = quick ? 4 : 10;
    all.add(
        partition(
            "flap",
            "the owner cut off for 3 s, every 6 s, " + times + " times",
            false,
            stage -> flap(stage, times)));
    all.add(
        new Fault(
            "split",
            "four nodes, two and two for " + hold + " s",
            CLUSTER + 1,
            BedKind.NAMESPACES,
            Gaps.ANY,
            false,
            stage -> split(stage, hold)));
    all.add(
        partition(
            "slow",
            "what the owner sends to other nodes bounded to 256 kbit/s for " + hold + " s",
            false,
            stage -> slow(stage, hold)));
  }

  private static Fault partition(String name, String words, boolean brief, Fault.Play play) {
    return new Fault(name, words, CLUSTER, BedKind.NAMESPACES, Gaps.NONE, brief, play);
  }

  private static void pauses(List<Fault> all, boolean quick) {
    for (int seconds : quick ? List.of(2, 9) : List.of(2, 9, 20)) {
      all.add(
          new Fault(
              "pause-" + seconds,
              "SIGSTOP of the owner for " + seconds + " s",
              CLUSTER,
              BedKind.ANY,
              Gaps.NONE,
              seconds == 2,
              stage -> pause(stage, stage.owner(), seconds)));
    }
  }

  private static void kill9(Stage stage, int repeats) throws IOException, InterruptedException {
    for (int i = 0; i < repeats; i++) {
      kill9(stage, stage.owner());
    }
  }

  private static void kill9(Stage stage, Node node) throws IOException, InterruptedException {
    stage.last(1 + stage.random.nextDouble() * 2);
    stage.begin();
    node.kill();
    stage.last(3);
    stage.end();
    stage.start(node);
    stage.recover();
    stage.last(1);
  }

  private static void kill9Two(Stage stage) throws IOException, InterruptedException {
    Node owner = stage.owner();
    Node other = stage.others(owner).get(0);
    stage.last(3);
    stage.begin();
    owner.kill();
    other.kill();
    stage.last(3);
    stage.end();
    stage.start(owner);
    stage.start(other);
    stage.recover();
    stage.last(3);
  }

  private static void stopOne(Stage stage) throws IOException, InterruptedException {
    Node owner = stage.owner();
    stage.last(3);
    stage.begin();
    stage.stop(owner);
    stage.last(2);
    stage.end();
    stage.start(owner);
    stage.recover();
    stage.last(3);
  }

  private static void rolling(Stage stage) throws IOException, InterruptedException {
    stage.last(2);
    for (Node node : stage.nodes()) {
      stage.begin();
      stage.stop(node);
      stage.end();
      stage.start(node);
      stage.recover();
      stage.last(2);
    }
  }

  private static void restart(Stage stage) throws IOException, InterruptedException {
    stage.last(3);
    stage.begin();
    for (Node node : stage.nodes()) {
      node.terminate();
    }
    for (Node node : stage.nodes()) {
      node.awaitStop(60);
    }
    stage.end();
    for (Node node : stage.nodes()) {
      stage.start(node);
    }
    stage.recover();
    stage.last(3);
  }

  private static void cutOff(Stage stage, Node node, int seconds)
      throws IOException, InterruptedException {
    stage.last(3);
    stage.begin();
    stage.part(List.of(node), stage.others(node));
    heal(stage, seconds);
  }

  private static void heal(Stage stage, int seconds) throws IOException, InterruptedException {
    stage.last(seconds);
    stage.end();
    stage.net().heal();
    stage.recover();
    // After a short fault nodes may miss each other later: what did not come for a while.
    stage.last(8);
    stage.recover();
  }

  private static void oneWay(Stage stage, int seconds) throws IOException, InterruptedException {
    Node owner = stage.owner();
    stage.last(3);
    stage.begin();
    for (Node other : stage.others(owner)) {
      stage.net().block(other.number, owner.number);
    }
    heal(stage, seconds);
  }

  private static void pair(Stage stage, int seconds) throws IOException, InterruptedException {
    Node owner = stage.owner();
    stage.last(3);
    stage.begin();
    stage.part(List.of(owner), stage.others(owner).subList(0, 1));
    heal(stage, seconds);
  }

  /** The first node of a cluster is the one that lets others in, and the one that removes them. */
  private static void pairOfLater(Stage stage, int seconds)
      throws IOException, InterruptedException {
    Node first = stage.owner();
    List<Node> later = stage.others(first);
    for (Node node : later) {
      stage.restart(node);
    }
    stage.last(3);
    stage.begin();
    stage.part(later.subList(0, 1), later.subList(1, 2));
    stage.last(seconds);
    stage.isCalm();
    heal(stage, 0);
  }

  private static void flap(Stage stage, int times) throws IOException, InterruptedException {
    Node owner = stage.owner();
    stage.last(3);
    stage.begin();
    for (int i = 1; i < times; i++) {
      stage.part(List.of(owner), stage.others(owner));
      stage.last(3);
      stage.net().heal();
      stage.last(3);
    }
    stage.part(List.of(owner), stage.others(owner));
    heal(stage, 3);
  }

  private static void split(Stage stage, int seconds) throws IOException, InterruptedException {
    Node owner = stage.owner();
    List<Node> others = stage.others(owner);
    stage.last(3);
    stage.begin();
    stage.part(List.of(owner, others.get(0)), others.subList(1, others.size()));
    heal(stage, seconds);
  }

  private static void slow(Stage stage, int seconds) throws IOException, InterruptedException {
    stage.last(3);
    stage.begin();
    stage.net().slow(stage.owner().number, "256kbit");
    heal(stage, seconds);
  }

  private static void pause(Stage stage, Node node, int seconds)
      throws IOException, InterruptedException {
    stage.last(3);
    stage.begin();
    node.pause();
    stage.last(seconds);
    stage.end();
    node.wake();
    stage.recover();
    stage.last(3);
  }
}
