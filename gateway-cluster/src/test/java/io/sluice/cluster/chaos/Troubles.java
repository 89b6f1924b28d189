package io.sluice.cluster.chaos;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What happened in a run that never may, whatever the fault: a run with any of it has failed. */
final class Troubles {

  private static final int KEPT = 20;

  private final Queue<String> all = new ConcurrentLinkedQueue<>();

  void add(String words) {
    if (all.size() < KEPT) {
      all.add(words);
    }
  }

  List<String> all() {
    return List.copyOf(all);
  }
}
