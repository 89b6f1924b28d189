package io.sluice.cluster.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The nodes of one run, what joins them, and their files. Closing it leaves only its folder. */
final class Bed implements AutoCloseable {

  private static final int CLUSTER_PORT = 5701;

  final List<Node> nodes = new ArrayList<>();
  final Net net;
  private final Thread onExit = new Thread(this::remove, "remove the bed");

  /** What a run needs. */
  record Need(int nodes, boolean namespaces, boolean state) {}

  /**
   * Makes the configurations; starts nothing.
   *
   * @param launcher starts a gateway
   * @param folder for all files
   */
  Bed(Need need, Path launcher, Path folder, Random random)
      throws IOException, InterruptedException {
    Runtime.getRuntime().addShutdownHook(onExit);
    net = need.namespaces() ? new Namespaces(need.nodes(), random) : new Net.Loopback(random);
    for (int number = 1; number <= need.nodes(); number++) {
      Path file = folder.resolve("node-" + number + ".yaml");
      Files.writeString(file, configuration(number, need, folder));
      List<String> command = new ArrayList<>(net.on(number));
      command.addAll(List.of(launcher.toString(), "serve", "--config", file.toString()));
      nodes.add(new Node(number, command, folder, net.clientAddress(number)));
    }
  }

  private String configuration(int number, Need need, Path folder) {
    String yaml =
        """
        listen: %s
        publish: { open: true }
        drain: 2s
        routes:
          - match: { path: "/events/{channel}" }
            push:
              channel: "{channel}"
              select: "*"
              heartbeat: 2s
              retry: { min: 100ms, max: 300ms }
              history: { count: 100000, bytes: 64MiB, age: 30m }
        """
            .formatted(Node.listen(net.clientAddress(number)));
    if (need.state()) {
      yaml += "state: \"" + folder.resolve("state-" + number) + "\"\n";
    }
    return need.nodes() == 1 ? yaml : yaml + cluster(number, need.nodes());
  }

  private String cluster(int number, int size) {
    String members =
        IntStream.rangeClosed(1, size)
            .mapToObj(node -> '"' + address(node) + '"')
            .collect(Collectors.joining(", "));
    return """
        cluster:
          members: [%s]
          bind: "%s"
          secret: "a secret of this run alone"
        """
        .formatted(members, address(number));
  }

  private String address(int node) {
    return net.clusterAddress(node) + ":" + CLUSTER_PORT;
  }

  /** The node that others reach at that address; null if it is none of these. */
  Node at(String address) {
    return nodes.stream()
        .filter(node -> address != null && address.equals(address(node.number)))
        .findFirst()
        .orElse(null);
  }

  @Override
  public void close() {
    remove();
    Runtime.getRuntime().removeShutdownHook(onExit);
  }

  private synchronized void remove() {
    try {
      for (Node node : nodes) {
        node.kill();
      }
      if (net != null) {
        net.remove();
      }
    } catch (IOException e) {
      System.err.println("chaos: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
