package io.sluice.server;

import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.Routes;
import io.sluice.config.Transport;
import io.sluice.config.Upstream;
import io.sluice.http.Problem;
import io.sluice.http.RequestTarget;
import io.sluice.http.guard.Inspection;
import io.sluice.http.guard.PathRule;
import io.sluice.transport.PushRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What would become of a request on the listener {@code public}, decided by what serves it.
 *
 * @param candidates the routes that match, in the order in which they are asked, then the others
 * @param ending what the client would see
 */
public record Explanation(List<Candidate> candidates, Ending ending) {

  public Explanation {
    candidates = List.copyOf(candidates);
  }

  /** How far a route comes. */
  public enum Verdict {
    TAKES,
    /** It matches, but takes no such method and has no upstream. */
    PASSES_ON,
    /** It matches, but a better one takes the request. */
    NOT_ASKED,
    /** It is for other paths. */
    DIFFERS
  }

  /**
   * A route of the configuration.
   *
   * @param index of it in the configuration
   */
  public record Candidate(int index, Route route, Verdict verdict) {}

  /** What the client would see. */
  public sealed interface Ending {

    /**
     * A stream, a socket or a poll.
     *
     * @param channels what each of them keeps, by name; a WebSocket may begin without one
     */
    record Subscribes(Route.Push route, Transport transport, Map<String, Route.History> channels)
        implements Ending {}

    /** What is allowed, as browsers ask it before the request (COR-3). */
    record Preflight(Route.Push route) implements Ending {}

    /**
     * The answer of an app.
     *
     * @param target that the app gets: path and query, encoded
     */
    record Passes(Upstream upstream, String target) implements Ending {}

    /**
     * A refusal.
     *
     * @param transport that was asked for; null if no push route took the request
     */
    record Refused(Problem problem, @Nullable Transport transport) implements Ending {}
  }

  /**
   * Explains a request as it comes over the wire. One that the filter of the front door refuses is
   * asked of no route.
   *
   * @param head its request line and headers, with the empty line that ends them
   */
  public static Explanation of(Config config, byte[] head) {
    Inspection inspection = Inspection.of(config.limits(), head);
    if (inspection instanceof Inspection.Refused refused) {
      return new Explanation(List.of(), new Ending.Refused(refused.problem(), null));
    }
    Inspection.Passed passed = (Inspection.Passed) inspection;
    int query = passed.target().indexOf('?');
    return of(
        config,
        new PushRequest(
            HttpMethod.valueOf(passed.method()),
            HttpVersion.HTTP_1_1,
            config.listen().tls().publicListener() != null,
            passed.headers(),
            query < 0 ? passed.target() : passed.target().substring(0, query),
            query < 0 ? null : passed.target().substring(query + 1)));
  }

  private static Explanation of(Config config, PushRequest request) {
    String path = request.path() == null ? "" : request.path();
    List<Candidate> candidates = new ArrayList<>();
    Problem ambiguity = Dispatch.ambiguity(path);
    Routes routes = new Routes(config.routes());
    Ending ending = ambiguity == null ? null : new Ending.Refused(ambiguity, null);
    boolean isPush = false;
    for (Routes.Match match : ambiguity == null ? routes.matches(path) : List.<Routes.Match>of()) {
      Route route = match.route();
      Dispatch.Part part = Dispatch.part(route, request.method());
      Verdict verdict =
          ending != null
              ? Verdict.NOT_ASKED
              : part == Dispatch.Part.NONE ? Verdict.PASSES_ON : Verdict.TAKES;
      candidates.add(new Candidate(config.routes().indexOf(route), route, verdict));
      isPush |= ending == null && route.push() != null;
      if (verdict == Verdict.TAKES) {
        ending = ending(routes, match, part, request);
      }
    }
    addOthers(candidates, config.routes());
    return new Explanation(
        candidates,
        ending != null
            ? ending
            : new Ending.Refused(Dispatch.untaken(isPush, request.method(), path), null));
  }

  private static void addOthers(List<Candidate> candidates, List<Route> routes) {
    Set<Integer> known = candidates.stream().map(Candidate::index).collect(Collectors.toSet());
    for (int i = 0; i < routes.size(); i++) {
      if (!known.contains(i)) {
        candidates.add(new Candidate(i, routes.get(i), Verdict.DIFFERS));
      }
    }
  }

  private static Ending ending(
      Routes routes, Routes.Match match, Dispatch.Part part, PushRequest request) {
    Route.Push push = match.route().push();
    Upstream upstream = match.route().upstream();
    if (part == Dispatch.Part.UPSTREAM && upstream != null) {
      Problem ambiguity = PathRule.forwarding(String.valueOf(request.path()));
      return ambiguity == null
          ? new Ending.Passes(upstream, target(match, request.query()))
          : new Ending.Refused(ambiguity, null);
    }
    Objects.requireNonNull(push, "only a push route is PUSH");
    PushRequest.Outcome outcome = request.decide(push, match.channel(), Dispatch.malformed(match));
    if (outcome instanceof PushRequest.Outcome.Subscribes subscribes) {
      Map<String, Route.History> channels = new LinkedHashMap<>();
      subscribes.channels().forEach(name -> channels.put(name, routes.historyFor(name)));
      return new Ending.Subscribes(push, subscribes.transport(), channels);
    }
    return outcome instanceof PushRequest.Outcome.Refused refused
        ? new Ending.Refused(refused.problem(), refused.transport())
        : new Ending.Preflight(push);
  }

  private static String target(Routes.Match match, @Nullable String query) {
    String path = String.valueOf(match.upstreamPath());
    return RequestTarget.encoded(query == null ? path : path + "?" + query);
  }
}
