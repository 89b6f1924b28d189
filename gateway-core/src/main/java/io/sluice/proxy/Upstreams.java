package io.sluice.proxy;

import io.sluice.config.Route;
import io.sluice.config.Routes;
import io.sluice.config.Upstream;
import io.sluice.http.Admission;
import io.sluice.metrics.Metrics;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * What the proxies of all loops share: the health of targets, the gateway's name in {@code Via},
 * and the numbers. Any thread may call.
 */
public final class Upstreams {

  private final Metrics metrics;
  private final Admission admission;
  private final String via;
  private final Map<HealthKey, TargetHealth> health = new ConcurrentHashMap<>();
  private volatile Routes routes;

  private record HealthKey(URI target, Upstream.Health settings) {}

  /**
   * @param routes whose upstreams are reported
   * @param random for this node's name in {@code Via}, which tells it from other gateways
   */
  public Upstreams(Routes routes, Metrics metrics, Admission admission, RandomGenerator random) {
    this.routes = routes;
    this.metrics = metrics;
    this.admission = admission;
    this.via = "sluice-" + String.format("%08x", random.nextInt());
    report();
  }

  /** Reports the upstreams of these routes from now on, and forgets the health of all others. */
  public void retain(Routes routes) {
    Set<HealthKey> used = new HashSet<>();
    for (Route route : routes.all()) {
      Upstream upstream = route.upstream();
      if (upstream != null) {
        upstream.targets().forEach(t -> used.add(new HealthKey(t, upstream.health())));
      }
    }
    this.routes = routes;
    health.keySet().retainAll(used);
    metrics.upstreamUp.clear();
    report();
  }

  Metrics metrics() {
    return metrics;
  }

  Admission admission() {
    return admission;
  }

  /** The received-by of this node (RFC 9110 §7.6.3). */
  String via() {
    return via;
  }

  TargetHealth health(URI target, Upstream.Health settings) {
    return health.computeIfAbsent(
        new HealthKey(target, settings), key -> new TargetHealth(settings, this::report));
  }

  private void report() {
    Map<String, Integer> up = new HashMap<>();
    for (Route route : routes.all()) {
      Upstream upstream = route.upstream();
      if (upstream != null) {
        int count = 0;
        for (URI target : upstream.targets()) {
          TargetHealth known = health.get(new HealthKey(target, upstream.health()));
          count += known == null || known.isUp() ? 1 : 0;
        }
        up.put(route.path().text(), count);
      }
    }
    up.forEach((route, count) -> metrics.upstreamUp.labelValues(route).set(count));
  }
}
