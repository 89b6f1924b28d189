package io.sluice.proxy;

import io.sluice.channel.Loop;
import io.sluice.config.Route;
import io.sluice.config.Routes;
import io.sluice.config.Upstream;
import io.sluice.http.CloseReason;
import io.sluice.http.Problem;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Passes requests of one event loop to upstreams over connections that it keeps for the next ones.
 * Made and called on that loop.
 */
public final class Proxy {

  private final Site site;
  private final Upstreams upstreams;
  private int underWay;

  /**
   * The proxy of one loop. Call from a Vert.x context of that loop.
   *
   * @param upstreams what the proxies of all loops share
   */
  public Proxy(Vertx vertx, Loop loop, Upstreams upstreams) {
    this.upstreams = upstreams;
    NetClient client =
        vertx.createNetClient(
            new NetClientOptions().setTcpNoDelay(true).setRegisterWriteHandler(false));
    this.site = new Site(loop, vertx.getOrCreateContext(), client, upstreams);
  }

  /**
   * Passes a request to its route's upstream and the answer back, or makes a tunnel of it if it
   * asks for another protocol. Every failure is answered (502, 503, 504 with {@code Proxy-Status});
   * or, when the answer has begun, told by cutting the client's connection.
   *
   * @param request whose body has not been read
   * @param match of a route that has an upstream
   */
  public void pass(HttpServerRequest request, Routes.Match match) {
    Route route = match.route();
    if (match.upstreamPath() == null) {
      throw new IllegalArgumentException("route " + route.path().text() + " has no upstream");
    }
    String upgrade = Upgrades.asked(request);
    RequestHead head = new RequestHead(request, match, upstreams.via(), upgrade);
    boolean tunnel = head.upgrade() != null;
    CloseReason refusal = tunnel ? upstreams.admission().enter() : null;
    if (refusal != null) {
      refuse(request, refusal);
      return;
    }
    underWay++;
    new Passage(site, head, route.path().text(), () -> ended(tunnel)).run();
  }

  private void ended(boolean tunnel) {
    underWay--;
    if (tunnel) {
      upstreams.admission().leave();
    }
  }

  private static void refuse(HttpServerRequest request, CloseReason reason) {
    Problem.Kind kind =
        reason == CloseReason.DRAINING ? Problem.Kind.DRAINING : Problem.Kind.OVERLOADED;
    request.response().putHeader("Retry-After", "1");
    kind.with("no more tunnels are opened now: come back later").send(request.response());
  }

  /** Requests and tunnels that have not ended. */
  public int underWay() {
    return underWay;
  }

  /**
   * What ends each tunnel, to be run once on this loop: a WebSocket is told 1001, where a frame may
   * stand. What becomes a tunnel from now on ends at once.
   */
  public List<Runnable> endTunnels() {
    site.stopping = true;
    return ends(List.copyOf(site.tunnels));
  }

  /** The same for tunnels of routes that are gone or whose upstream has changed. */
  public List<Runnable> endRemovedTunnels() {
    return ends(site.tunnels.stream().filter(tunnel -> !site.isKept(tunnel)).toList());
  }

  private static List<Runnable> ends(List<TunnelPassage> tunnels) {
    return tunnels.stream().<Runnable>map(tunnel -> tunnel::goAway).toList();
  }

  /**
   * Works for these routes from now on: closes the idle connections of pools that none of them
   * uses, and forgets these pools. What is under way ends as it began.
   */
  public void retain(Routes routes) {
    site.routes = routes;
    Set<Target.Key> used = new HashSet<>();
    for (Route route : routes.all()) {
      Upstream upstream = route.upstream();
      if (upstream != null) {
        upstream.targets().forEach(target -> used.add(Target.Key.of(target, upstream)));
      }
    }
    site.retain(used);
  }

  /** What the passages of one loop share. */
  static final class Site {
    private final Loop loop;
    private final Context context;
    private final NetClient client;
    private final Upstreams upstreams;
    private final RunningDeadlines deadlines;
    private final HeadWriter headWriter = new HeadWriter();
    private final Map<Target.Key, Target> targets = new HashMap<>();
    private final IdentityHashMap<Upstream, List<Target>> byUpstream = new IdentityHashMap<>();
    private final Map<String, RouteCounts> counts = new HashMap<>();
    private final Set<TunnelPassage> tunnels = new HashSet<>();
    private Routes routes = new Routes(List.of());
    private boolean stopping;
    private int turn;

    Site(Loop loop, Context context, NetClient client, Upstreams upstreams) {
      this.loop = loop;
      this.context = context;
      this.client = client;
      this.upstreams = upstreams;
      this.deadlines = new RunningDeadlines(loop);
    }

    Loop loop() {
      return loop;
    }

    RunningDeadlines deadlines() {
      return deadlines;
    }

    HeadWriter headWriter() {
      return headWriter;
    }

    RouteCounts counts(String route) {
      return counts.computeIfAbsent(route, each -> new RouteCounts(upstreams.metrics(), each));
    }

    Target pick(List<Target> targets, Set<Target> tried) {
      return Choice.pick(targets, turn++, tried, loop.nowMs());
    }

    /**
     * Where a request may go, to be asked once when it begins: what a reload drops while it is
     * under way would be made anew, and kept by nobody who knows.
     */
    List<Target> targets(Upstream upstream) {
      return byUpstream.computeIfAbsent(upstream, this::allOf);
    }

    private List<Target> allOf(Upstream upstream) {
      List<Target> all = new ArrayList<>(upstream.targets().size());
      for (URI uri : upstream.targets()) {
        all.add(targets.computeIfAbsent(Target.Key.of(uri, upstream), this::target));
      }
      return all;
    }

    private Target target(Target.Key key) {
      return new Target(key, new Dial(client, context, loop, key), loop, upstreams);
    }

    private void retain(Set<Target.Key> used) {
      byUpstream.clear();
      counts.clear();
      targets
          .entrySet()
          .removeIf(
              each -> {
                boolean drop = !used.contains(each.getKey());
                if (drop) {
                  each.getValue().pool().close();
                }
                return drop;
              });
    }

    void began(TunnelPassage tunnel) {
      tunnels.add(tunnel);
      upstreams.metrics().tunnels.inc();
      if (!isKept(tunnel)) {
        tunnel.goAway();
      }
    }

    /** Asked for a few tunnels among many: routes are not indexed for it. */
    private boolean isKept(TunnelPassage tunnel) {
      return !stopping && routes.all().stream().anyMatch(tunnel::isOf);
    }

    void ended(TunnelPassage tunnel) {
      if (tunnels.remove(tunnel)) {
        upstreams.metrics().tunnels.dec();
      }
    }
  }
}
