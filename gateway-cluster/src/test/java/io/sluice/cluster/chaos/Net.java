package io.sluice.cluster.chaos;

import java.io.IOException;
import java.util.List;
import java.util.Random;

/** What joins the nodes to their clients and to each other. Nodes are counted from 1. */
interface Net {

  /** Where clients reach a node: an IP address. */
  String clientAddress(int node);

  /** Where other nodes reach it. */
  String clusterAddress(int node);

  /** What stands before a command that shall run on a node. */
  List<String> on(int node);

  /** Whether nodes can be cut off from each other while clients reach them. */
  boolean canBreak();

  /** What one node sends to the other is lost on the way. */
  void block(int from, int to) throws IOException, InterruptedException;

  /** All that is blocked or slow is not any more. */
  void heal() throws IOException, InterruptedException;

  /** Bounds what a node sends to the others. */
  void slow(int node, String rate) throws IOException, InterruptedException;

  /** Leaves nothing of it on this machine. */
  void remove() throws IOException, InterruptedException;

  /** All nodes on this machine, each with an address of loopback. */
  final class Loopback implements Net {
    private final String prefix;

    Loopback(Random random) {
      prefix = "127." + (1 + random.nextInt(254)) + "." + (1 + random.nextInt(254)) + ".";
    }

    @Override
    public String clientAddress(int node) {
      return prefix + node;
    }

    @Override
    public String clusterAddress(int node) {
      return prefix + node;
    }

    @Override
    public List<String> on(int node) {
      return List.of();
    }

    @Override
    public boolean canBreak() {
      return false;
    }

    @Override
    public void block(int from, int to) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void heal() {}

    @Override
    public void slow(int node, String rate) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void remove() {}
  }
}
