package io.sluice.config;

import io.sluice.config.Route.Push;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the routes, and the defaults of their {@code push} blocks. */
final class RouteMapper {

  /** What {@code defaults.upstream} overrides: everything as usual, no target. */
  private static final Upstream NO_UPSTREAM =
      new Upstream(
          List.of(),
          null,
          Upstream.KEEP,
          Upstream.Times.DEFAULT,
          Upstream.Pool.DEFAULT,
          Upstream.Health.DEFAULT,
          Upstream.HeaderChanges.NONE,
          Upstream.HeaderChanges.NONE);

  private RouteMapper() {}

  static List<Route> routes(Section top) {
    Section defaults = top.section("defaults");
    Push base = PushMapper.settings(defaults, Push.DEFAULT);
    Section passing = defaults.section("upstream");
    Upstream upstreamBase = UpstreamMapper.settings(passing, NO_UPSTREAM);
    passing.end();
    defaults.end();
    List<Placed> routes = new ArrayList<>();
    Map<List<Object>, String> shapes = new HashMap<>();
    for (Section section : top.sections("routes")) {
      Placed route = route(section, base, upstreamBase, shapes);
      if (route != null) {
        routes.add(route);
      }
    }
    refuseUnreachable(routes);
    return routes.stream().map(Placed::route).toList();
  }

  /** A route, and its block {@code match}, for problems that only all routes show. */
  private record Placed(Section match, Route route) {}

  private static void refuseUnreachable(List<Placed> routes) {
    Map<List<Object>, Route> byShape = new HashMap<>();
    routes.forEach(each -> byShape.putIfAbsent(each.route.path().shape(), each.route));
    for (Placed each : routes) {
      String alone = Unreachable.byItself(each.route);
      if (alone != null) {
        each.match.refuse("path", "a path that a request can have", alone);
        continue;
      }
      List<Route> others = Unreachable.byOthers(each.route, byShape);
      if (others != null) {
        String paths = String.join(", ", others.stream().map(r -> r.path().text()).toList());
        each.match.refuse(
            "path", "a route that a request reaches", "better ones take all: " + paths);
      }
    }
  }

  private static @Nullable Placed route(
      Section section, Push base, Upstream upstreamBase, Map<List<Object>, String> shapes) {
    Section match = section.sectionOf("match", "path");
    PathTemplate path = match.require("path", Kind.path());
    match.end();
    Push push = PushMapper.read(section.section("push"), base, path, section.has("push"));
    Upstream upstream =
        UpstreamMapper.read(
            section.sectionOf("upstream", "url"), upstreamBase, path, section.has("upstream"));
    section.end();
    if (!section.has("push") && !section.has("upstream")) {
      section.refuse(
          "push", "push, upstream or both", "say what happens: add push: {} or an upstream");
    }
    if (path == null) {
      return null;
    }
    String twin = shapes.putIfAbsent(path.shape(), section.path());
    if (twin != null) {
      match.refuse(
          "path", "a path that no other route has", twin + " matches the same: merge the two");
    }
    return new Placed(match, new Route(path, push, upstream));
  }
}
