package io.sluice.config;

import io.sluice.config.PathTemplate.Segment;
import io.sluice.config.PathTemplate.Segment.Literal;
import io.sluice.config.PathTemplate.Segment.Variable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Routes that no request reaches. A better route (NEG-8) is narrower at the first segment where two
 * differ, so that one route alone hides another only if both have one shape. Beside that, a route
 * is out of reach if no path that is served has its segments, or if three others together take the
 * whole rest of a path.
 */
final class Unreachable {

  /** {@code .} and {@code ..}, also before a parameter: such paths are refused as ambiguous. */
  private static final Pattern DOTS = Pattern.compile("\\.{1,2}(;.*)?");

  private Unreachable() {}

  /** Why no request has the path; null if some may. */
  static @Nullable String byItself(Route route) {
    for (Segment segment : route.path().segments()) {
      String text = segment instanceof Literal literal ? literal.text() : "";
      if (DOTS.matcher(text).matches()) {
        return "paths with the segment " + text + " are refused: remove the segment";
      }
      boolean odd = text.indexOf('\\') >= 0 || text.chars().anyMatch(Character::isISOControl);
      if (odd && route.push() == null) {
        return "paths with an encoded backslash or control character are not passed on";
      }
    }
    return null;
  }

  /**
   * Which three routes take all that is left of a path which ends in {@code /**}: {@code /}, one
   * segment, and more; there are no empty segments in between.
   *
   * @param routes by their shape
   * @return null if something is left for it
   */
  static @Nullable List<Route> byOthers(Route route, Map<List<Object>, Route> routes) {
    PathTemplate path = route.path();
    if (!path.rest()) {
      return null;
    }
    List<Segment> none = new ArrayList<>(path.segments());
    none.add(new Literal(""));
    List<Segment> one = new ArrayList<>(path.segments());
    one.add(new Variable("x"));
    List<Route> others = new ArrayList<>();
    for (PathTemplate each :
        List.of(
            new PathTemplate("", none, false),
            new PathTemplate("", one, false),
            new PathTemplate("", one, true))) {
      Route other = routes.get(each.shape());
      // Every route takes GET, HEAD and OPTIONS; other methods need an upstream.
      if (other == null || (route.upstream() != null && other.upstream() == null)) {
        return null;
      }
      others.add(other);
    }
    return others;
  }
}
