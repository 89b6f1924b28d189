package io.sluice.config;

import io.sluice.config.Route.Push;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the routes, and the defaults of their {@code push} blocks. */
final class RouteMapper {

  private RouteMapper() {}

  static List<Route> routes(Section top) {
    Section defaults = top.section("defaults");
    Push base = PushMapper.settings(defaults, Push.DEFAULT);
    defaults.end();
    List<Route> routes = new ArrayList<>();
    Map<List<Object>, String> shapes = new HashMap<>();
    for (Section section : top.sections("routes")) {
      Route route = route(section, base, shapes);
      if (route != null) {
        routes.add(route);
      }
    }
    return routes;
  }

  private static @Nullable Route route(
      Section section, Push base, Map<List<Object>, String> shapes) {
    Section match = section.section("match");
    PathTemplate path = match.require("path", Kind.path());
    match.end();
    Push push = PushMapper.read(section.section("push"), base, path, section.has("push"));
    URI upstream = upstream(section.section("upstream"), section.has("upstream"));
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
    return new Route(path, push, upstream);
  }

  private static @Nullable URI upstream(Section section, boolean written) {
    Kind<URI> kind = Addresses.upstream();
    URI url = written ? section.require("url", kind) : section.find("url", kind);
    section.end();
    return url;
  }
}
