package io.sluice.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All routes, asked two ways: which of them a request's path matches, and which history a channel
 * has. Immutable; a question costs time in the number of routes and is asked once per request or
 * per new log.
 */
public final class Routes {

  private final List<Compiled> byPrecedence;
  private final Map<String, Route> byChannel = new HashMap<>();

  private record Compiled(Route route, @Nullable ChannelTemplate channel) {}

  /**
   * A route that matches a path.
   *
   * @param route that one
   * @param channel the name its {@code push.channel} gives, not yet checked against NAM-1; null if
   *     it has none, or after a problem
   * @param upstreamPath the path for the route's upstream, still encoded; null if it has none
   * @param problem a sentence for people if a variable of a push route is no text or holds a {@code
   *     /}: then subscribing is {@code bad-channel} (NAM-2)
   */
  public record Match(
      Route route,
      @Nullable String channel,
      @Nullable String upstreamPath,
      @Nullable String problem) {}

  /**
   * Routes in any order; of two with the same path the first comes first.
   *
   * @throws IllegalArgumentException if a {@code push.channel} is no template
   */
  public Routes(List<Route> routes) {
    List<Compiled> compiled = new ArrayList<>();
    for (Route route : routes) {
      compiled.add(new Compiled(route, template(route.push())));
    }
    compiled.sort(Comparator.comparing(c -> c.route.path(), PathTemplate::precedence));
    byPrecedence = List.copyOf(compiled);
    for (Compiled each : byPrecedence) {
      Route.Push push = each.route.push();
      if (push != null && each.channel != null && each.channel.variables().isEmpty()) {
        byChannel.putIfAbsent(each.channel.text(), each.route);
      }
    }
  }

  private static @Nullable ChannelTemplate template(Route.@Nullable Push push) {
    if (push == null || push.channel() == null) {
      return null;
    }
    if (ChannelTemplate.read(push.channel()) instanceof Parsed.Good<ChannelTemplate> good) {
      return good.value();
    }
    throw new IllegalArgumentException(
        "channel template " + push.channel() + " (expected " + expectedTemplate() + ")");
  }

  private static String expectedTemplate() {
    return Kind.channelTemplate().expected();
  }

  /** All of them, the best first. */
  public List<Route> all() {
    return byPrecedence.stream().map(Compiled::route).toList();
  }

  /**
   * The routes that match a request's path, best first (NEG-8); a request that one does not take
   * goes to the next (NEG-7).
   *
   * @param rawPath as it came, percent-encoded, without the query
   */
  public List<Match> matches(String rawPath) {
    List<Match> matches = new ArrayList<>();
    if (rawPath.startsWith("/")) {
      String[] segments = PathTemplate.split(rawPath);
      for (Compiled each : byPrecedence) {
        Match match = match(each, rawPath, segments);
        if (match != null) {
          matches.add(match);
        }
      }
    }
    return matches;
  }

  private static @Nullable Match match(Compiled each, String rawPath, String[] segments) {
    PathTemplate.Outcome outcome = each.route.path().match(segments);
    if (outcome instanceof PathTemplate.Outcome.Matched matched) {
      ChannelTemplate channel = each.channel;
      String name = channel == null ? null : channel.expand(matched.variables());
      return new Match(each.route, name, upstreamPath(each.route, rawPath, segments), null);
    }
    if (outcome instanceof PathTemplate.Outcome.Malformed malformed) {
      // An upstream gets the path as it came: only a channel's name needs the variable.
      String problem = each.route.push() == null ? null : malformed.problem();
      return new Match(each.route, null, upstreamPath(each.route, rawPath, segments), problem);
    }
    return null;
  }

  private static @Nullable String upstreamPath(Route route, String rawPath, String[] segments) {
    Upstream upstream = route.upstream();
    if (upstream == null) {
      return null;
    }
    PathRewrite rewrite = upstream.path();
    return rewrite == null ? rawPath : rewrite.expand(route.path().rawVariables(segments));
  }

  /** What the log of a channel keeps: as its route says, else {@link Route.History#DEFAULT}. */
  public Route.History historyFor(String channel) {
    Route route = routeFor(channel);
    return route == null || route.push() == null ? Route.History.DEFAULT : route.push().history();
  }

  /**
   * The push route that a channel belongs to: the one whose channel it is by name, else whose
   * {@code channel} template gives it, else whose {@code select} does; of several the first by
   * precedence; null if there is none.
   */
  public @Nullable Route routeFor(String channel) {
    Route named = byChannel.get(channel);
    if (named != null) {
      return named;
    }
    Route selected = null;
    for (Compiled each : byPrecedence) {
      Route.Push push = each.route.push();
      if (push != null && each.channel != null && each.channel.matches(channel)) {
        return each.route;
      }
      if (push != null && selected == null && push.selects(channel)) {
        selected = each.route;
      }
    }
    return selected;
  }
}
