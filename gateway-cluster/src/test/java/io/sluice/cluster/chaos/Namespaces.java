package io.sluice.cluster.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network namespace for each node, and one with two bridges: one for clients, to which this
 * machine belongs, and one for what the nodes say to each other, which alone is broken. It needs
 * root, {@code ip}, {@code iptables} and {@code tc}.
 */
final class Namespaces implements Net {

  private static final String NAME = "sluice-chaos-";

  private static final Pattern OWNED = Pattern.compile(NAME + "(?:probe)?(\\d+)(?:-\\w+)?");

  private final int nodes;
  private final String own = NAME + ProcessHandle.current().pid() + "-";
  private final String hub = own + "hub";
  private final String host = "slc" + ProcessHandle.current().pid();
  private final String subnet;

  /** Makes them; what a run that was killed has left is removed. */
  Namespaces(int nodes, Random random) throws IOException, InterruptedException {
    this.nodes = nodes;
    removeOrphans();
    String taken = Shell.run("ip", "-4", "route");
    int second = 64 + random.nextInt(100);
    while (taken.contains("10." + second + ".")) {
      second++;
    }
    subnet = "10." + second + ".";
    try {
      make();
    } catch (IOException e) {
      remove();
      throw e;
    }
  }

  /** Whether this machine and user can. */
  static boolean available() throws InterruptedException {
    String probe = NAME + "probe" + ProcessHandle.current().pid();
    if (!Shell.works("ip", "netns", "add", probe)) {
      return false;
    }
    boolean works =
        Shell.works("ip", "netns", "exec", probe, "iptables", "-A", "INPUT", "-j", "DROP")
            && Shell.works("ip", "-n", probe, "link", "add", "probe", "type", "bridge")
            && Shell.works(
                "ip", "netns", "exec", probe, "tc", "qdisc", "add", "dev", "probe", "root", "tbf",
                "rate", "1mbit", "burst", "16kb", "latency", "400ms");
    return Shell.works("ip", "netns", "del", probe) && works;
  }

  private static void removeOrphans() throws IOException, InterruptedException {
    Matcher names = OWNED.matcher(Shell.run("ip", "netns", "list"));
    while (names.find()) {
      if (ProcessHandle.of(Long.parseLong(names.group(1))).isEmpty()) {
        Shell.run("ip", "netns", "del", names.group());
      }
    }
  }

  private void make() throws IOException, InterruptedException {
    Shell.run("ip", "netns", "add", hub);
    for (String bridge : List.of("clients", "nodes")) {
      Shell.run("ip", "-n", hub, "link", "add", bridge, "type", "bridge");
      Shell.run("ip", "-n", hub, "link", "set", bridge, "up");
    }
    for (int node = 1; node <= nodes; node++) {
      Shell.run("ip", "netns", "add", own + node);
      Shell.run("ip", "-n", own + node, "link", "set", "lo", "up");
      join(node, "clients", clientAddress(node));
      join(node, "nodes", clusterAddress(node));
    }
    Shell.run("ip", "link", "add", host, "type", "veth", "peer", "name", "host", "netns", hub);
    Shell.run("ip", "-n", hub, "link", "set", "host", "master", "clients");
    Shell.run("ip", "-n", hub, "link", "set", "host", "up");
    Shell.run("ip", "addr", "add", subnet + "1.254/24", "dev", host);
    Shell.run("ip", "link", "set", host, "up");
  }

  private void join(int node, String bridge, String address)
      throws IOException, InterruptedException {
    String port = bridge.charAt(0) + "" + node;
    Shell.run(
        "ip",
        "-n",
        hub,
        "link",
        "add",
        port,
        "type",
        "veth",
        "peer",
        "name",
        bridge,
        "netns",
        own + node);
    Shell.run("ip", "-n", hub, "link", "set", port, "master", bridge);
    Shell.run("ip", "-n", hub, "link", "set", port, "up");
    Shell.run("ip", "-n", own + node, "addr", "add", address + "/24", "dev", bridge);
    Shell.run("ip", "-n", own + node, "link", "set", bridge, "up");
  }

  @Override
  public String clientAddress(int node) {
    return subnet + "1." + node;
  }

  @Override
  public String clusterAddress(int node) {
    return subnet + "2." + node;
  }

  @Override
  public List<String> on(int node) {
    return List.of("ip", "netns", "exec", own + node);
  }

  @Override
  public boolean canBreak() {
    return true;
  }

  @Override
  public void block(int from, int to) throws IOException, InterruptedException {
    run(to, "iptables", "-A", "INPUT", "-s", clusterAddress(from), "-j", "DROP");
  }

  @Override
  public void slow(int node, String rate) throws IOException, InterruptedException {
    run(
        node, "tc", "qdisc", "add", "dev", "nodes", "root", "tbf", "rate", rate, "burst", "16kb",
        "latency", "400ms");
  }

  @Override
  public void heal() throws IOException, InterruptedException {
    for (int node = 1; node <= nodes; node++) {
      run(node, "iptables", "-F", "INPUT");
      List<String> unbounded = new ArrayList<>(on(node));
      unbounded.addAll(List.of("tc", "qdisc", "del", "dev", "nodes", "root"));
      Shell.works(unbounded.toArray(String[]::new));
    }
  }

  private void run(int node, String... command) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(on(node));
    all.addAll(List.of(command));
    Shell.run(all);
  }

  /** The links go with the namespaces that they end in, this machine's too. */
  @Override
  public void remove() throws IOException, InterruptedException {
    for (int node = 1; node <= nodes; node++) {
      Shell.works("ip", "netns", "del", own + node);
    }
    Shell.works("ip", "link", "del", host);
    Shell.works("ip", "netns", "del", hub);
    if (Shell.run("ip", "netns", "list").contains(own)) {
      throw new IOException("namespaces " + own + "… are left");
    }
  }
}
