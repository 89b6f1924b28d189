package io.sluice.cluster.chaos;

import io.sluice.cluster.chaos.Patience.EnoughException;
import io.sluice.cluster.chaos.Standing.MalformedException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * One client that reads: whenever it is cut it comes back with its cursor to another node. A
 * wanderer cuts itself, at any byte, and takes another node each time; one that changes takes
 * another transport each time too.
 */
final class Reader implements Runnable {

  private final String name;
  final Standing standing;
  private final List<InetSocketAddress> nodes;
  private final Manner manner;
  private final Transport transport;
  private final Random random;
  private final Troubles troubles;
  private volatile boolean stopped;
  private long cutNs;

  /** What a reader does by itself. */
  enum Manner {
    STAYS,
    WANDERS,
    CHANGES
  }

  /** What all readers of a run share. */
  record Surroundings(List<InetSocketAddress> nodes, Troubles troubles) {}

  Reader(
      String name,
      Standing standing,
      Manner manner,
      Transport transport,
      Random random,
      Surroundings surroundings) {
    this.name = name;
    this.standing = standing;
    this.manner = manner;
    this.transport = transport;
    this.random = random;
    this.nodes = surroundings.nodes();
    this.troubles = surroundings.troubles();
  }

  /** Ends it within a tenth of a second; what it is amid of is not noted. */
  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    int node = random.nextInt(nodes.size());
    while (!stopped) {
      Transport now = manner == Manner.CHANGES ? Transport.drawn(random) : transport;
      cutNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300 + random.nextInt(3_000));
      try (Http http = new Http(nodes.get(node), now.silenceMs, this::enough)) {
        now.read(http, standing);
      } catch (MalformedException e) {
        troubles.add(name + " by " + now + " from " + nodes.get(node) + ": " + e.getMessage());
      } catch (EnoughException e) {
        // Meant.
      } catch (IOException e) {
        pause(50 + random.nextInt(200));
      } catch (RuntimeException e) {
        troubles.add(name + " by " + now + " from " + nodes.get(node) + ": " + e);
      }
      standing.cut();
      node = another(node);
    }
  }

  private boolean enough() {
    return stopped || (manner != Manner.STAYS && System.nanoTime() - cutNs > 0);
  }

  private int another(int node) {
    int size = nodes.size();
    return size == 1 ? 0 : (node + 1 + random.nextInt(size - 1)) % size;
  }

  private static void pause(int ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
