package io.sluice.server;

import io.sluice.config.Config;
import io.sluice.config.Route;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a start would find wrong with a configuration that reads well, without binding a port, and
 * what an operator may want to know about it.
 */
public final class Preflight {

  private final Config config;
  private final List<Finding> findings = new ArrayList<>();

  private Preflight(Config config) {
    this.config = config;
  }

  /**
   * One finding.
   *
   * @param problem whether the gateway would not start; otherwise a note
   * @param path of the key
   * @param expected what would be right; empty for a note
   * @param advice what to do, or what follows from the value
   */
  public record Finding(boolean problem, String path, String expected, String advice) {}

  /** Looks at files, and asks for the addresses of listeners' names: may block for seconds. */
  public static List<Finding> of(Config config) {
    Preflight preflight = new Preflight(config);
    preflight.listeners();
    preflight.cluster();
    preflight.state();
    preflight.publishing();
    preflight.routes();
    preflight.memory();
    return List.copyOf(preflight.findings);
  }

  private void listeners() {
    for (Listener listener : Listener.values()) {
      String host = listener.of(config.listen()).host();
      String path = "listen." + listener.word();
      try {
        InetAddress address = InetAddress.getByName(host);
        if (!isOurs(address)) {
          note(path, "no network interface of this machine has this address");
        } else if (listener == Listener.ADMIN && !address.isLoopbackAddress()) {
          note(path, "whoever reaches it sees channels and connections and may reload");
        }
      } catch (UnknownHostException unknown) {
        problem(path, "a host that is known here", "set an address, or a name that resolves");
      }
    }
  }

  private static boolean isOurs(InetAddress address) {
    try {
      return address.isAnyLocalAddress()
          || address.isLoopbackAddress()
          || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException unknown) {
      return true;
    }
  }

  private void cluster() {
    Config.Cluster cluster = config.cluster();
    if (cluster == null) {
      return;
    }
    if (cluster.seat() instanceof Config.Cluster.Seat.Refused refused) {
      problem("cluster." + refused.key(), refused.expected(), refused.advice());
    }
    String caveat = cluster.caveat();
    if (caveat != null) {
      note(cluster.members().size() == cluster.size() ? "cluster.members" : "cluster.size", caveat);
    }
    int safe = cluster.size() - cluster.majority();
    if (cluster.copies() < safe) {
      note(
          "cluster.backups",
          "before a split is noticed events may be acknowledged that are dropped when it heals, and"
              + " readers told a gap; with %d that cannot be".formatted(safe));
    }
    if (cluster.allowPublic()) {
      note("cluster.allow-public", "nodes talk in clear: whoever listens on the way reads events");
    }
  }

  private void state() {
    if (config.cluster() != null) {
      if (config.state() != null) {
        note("state", "not used in a cluster, where the other nodes keep the logs over a restart");
      }
      return;
    }
    if (config.state() == null) {
      note("state", "logs are not kept over a restart: clients that come back are told one gap");
      return;
    }
    Finding problem = Restart.problem(config.state());
    if (problem != null) {
      findings.add(problem);
    }
  }

  private void publishing() {
    if (config.publish().keys().isEmpty()) {
      note(
          config.publish().open() ? "publish.open" : "publish.keys",
          "whoever reaches " + config.listen().publish() + " may publish to every channel");
    }
  }

  private void routes() {
    List<Route> routes = config.routes();
    if (routes.stream().map(Route::push).noneMatch(Objects::nonNull)) {
      note("routes", "no route has push: nobody can subscribe");
    }
    for (int i = 0; i < routes.size(); i++) {
      Route.Push push = routes.get(i).push();
      if (push != null && push.origins().any()) {
        note("routes[" + i + "].push.origins", "pages of any site may subscribe");
      }
    }
  }

  /** By the memory that this process has: the one that serves may have more, or less. */
  private void memory() {
    MemoryPlan.here(config)
        .reductions()
        .forEach(reduction -> note(reduction.key(), reduction.text()));
  }

  private void problem(String path, String expected, String advice) {
    findings.add(new Finding(true, path, expected, advice));
  }

  private void note(String path, String advice) {
    findings.add(new Finding(false, path, "", advice));
  }
}
