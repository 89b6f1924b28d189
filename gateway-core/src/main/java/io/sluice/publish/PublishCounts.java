package io.sluice.publish;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.sluice.config.Route;
import io.sluice.config.Routes;
import io.sluice.http.Problem;
import io.sluice.metrics.Metrics;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts publishes by the route that their channel belongs to, and by outcome. Belongs to one loop.
 *
 * <p>A channel's route is looked for once and then remembered, for a bounded number of channels and
 * as long as the routes are the same.
 */
final class PublishCounts {

  /** The label of a channel that belongs to no route, and of what names no channel. */
  static final String NO_ROUTE = "none";

  private static final int REMEMBERED = 1024;

  private final Metrics metrics;
  private final Supplier<Routes> routes;
  private final Map<String, OfRoute> byRoute = new HashMap<>();
  private final Map<String, OfRoute> byChannel = new HashMap<>();
  private @Nullable Routes known;

  /** The counters of one route. */
  private record OfRoute(String route, CounterDataPoint stored, CounterDataPoint repeated) {}

  /**
   * @param routes those that are in force when it is asked
   */
  PublishCounts(Metrics metrics, Supplier<Routes> routes) {
    this.metrics = metrics;
    this.routes = routes;
    byRoute.put(NO_ROUTE, counters(NO_ROUTE)); // so that there is a number before the first publish
  }

  void stored(String channel, boolean repeated) {
    OfRoute counters = of(channel);
    (repeated ? counters.repeated : counters.stored).inc();
  }

  void refused(String channel, Problem problem) {
    refused(metrics, of(channel).route, problem);
  }

  /** A request, or a line of one, was refused as a whole. */
  static void refused(Metrics metrics, Problem problem) {
    refused(metrics, NO_ROUTE, problem);
  }

  private static void refused(Metrics metrics, String route, Problem problem) {
    metrics.eventsPublished.labelValues(route, problem.kind().slug()).inc();
  }

  private OfRoute of(String channel) {
    Routes now = routes.get();
    if (now != known || byChannel.size() >= REMEMBERED) {
      byChannel.clear();
      known = now;
    }
    OfRoute found = byChannel.get(channel);
    if (found == null) {
      Route route = now.routeFor(channel);
      found =
          byRoute.computeIfAbsent(route == null ? NO_ROUTE : route.path().text(), this::counters);
      byChannel.put(channel, found);
    }
    return found;
  }

  private OfRoute counters(String route) {
    return new OfRoute(
        route,
        metrics.eventsPublished.labelValues(route, "stored"),
        metrics.eventsPublished.labelValues(route, "repeated"));
  }
}
