package io.sluice.transport;

import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.OriginRule;
import io.sluice.http.Problem;
import io.sluice.http.RequestTarget;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a push route looks at of a request. As values, so that what would become of a request can be
 * asked without one.
 *
 * @param secure whether it came over TLS
 * @param path raw, without the query
 * @param query raw, or null for none
 */
public record PushRequest(
    HttpMethod method,
    HttpVersion version,
    boolean secure,
    MultiMap headers,
    @Nullable String path,
    @Nullable String query) {

  /** What becomes of a request, as far as the node's state has no say. */
  public sealed interface Outcome {

    /** It asks what is allowed (COR-3). */
    record Preflight() implements Outcome {}

    /**
     * It is refused.
     *
     * @param headers that the answer has because of it
     */
    record Refused(Transport transport, Problem problem, List<Map.Entry<String, String>> headers)
        implements Outcome {}

    /**
     * It subscribes.
     *
     * @param subscribe what to
     */
    record Subscribes(SubscribeRequest subscribe) implements Outcome {
      public Transport transport() {
        return subscribe.transport();
      }

      /** At least one, but for a WebSocket with our subprotocol. */
      public List<String> channels() {
        return subscribe.channels().stream().map(SubscribeRequest.Asked::channel).toList();
      }
    }
  }

  static PushRequest of(HttpServerRequest request) {
    return new PushRequest(
        request.method(),
        request.version(),
        request.isSSL(),
        request.headers(),
        request.path(),
        request.query());
  }

  @Nullable String header(String name) {
    return headers.get(name);
  }

  /** RFC 9110 §5.3: several lines are one value with commas, which is no cursor. */
  private @Nullable String lastEventId() {
    List<String> lines = headers.getAll("Last-Event-ID");
    return lines.isEmpty() ? null : String.join(",", lines);
  }

  /**
   * Decides.
   *
   * @param channel that the route's template gives, or null
   * @param known why no channel could be read from the path, or null
   */
  public Outcome decide(Route.Push route, @Nullable String channel, @Nullable Problem known) {
    Problem refusal = new OriginRule(route.origins(), secure).refusal(headers);
    if (refusal != null) {
      return refused(Negotiation.choose(this, false), refusal);
    }
    if (method.equals(HttpMethod.OPTIONS)) {
      return new Outcome.Preflight();
    }
    return known == null
        ? negotiate(route, channel)
        : refused(Negotiation.choose(this, false), known);
  }

  private Outcome negotiate(Route.Push route, @Nullable String channel) {
    RequestTarget target = RequestTarget.parse(path, query);
    long preferredWait = Negotiation.preferredWait(headers.getAll("Prefer"));
    boolean waits = target != null && target.parameters().containsKey("wait");
    Transport transport = Negotiation.choose(this, waits || preferredWait >= 0);
    if (target == null) {
      return refused(
          transport,
          Problem.Kind.BAD_REQUEST.with(
              "the path or query is not valid percent-encoded UTF-8: encode each value"));
    }
    Outcome refused = refusal(route, transport);
    if (refused != null) {
      return refused;
    }
    SubscribeRequest.Input input =
        new SubscribeRequest.Input(
            transport,
            lastEventId(),
            target.parameters(),
            preferredWait,
            transport == Transport.WEBSOCKET && WebSocketHandshake.offersOurs(this));
    SubscribeRequest.Outcome outcome = SubscribeRequest.read(input, route, channel);
    return outcome.request() != null
        ? new Outcome.Subscribes(outcome.request())
        : refused(transport, Objects.requireNonNull(outcome.problem()));
  }

  private @Nullable Outcome refusal(Route.Push route, Transport transport) {
    if (transport != Transport.WEBSOCKET && headers.contains("Sec-WebSocket-Key")) {
      return new Outcome.Refused(
          transport,
          Problem.Kind.UPGRADE_REQUIRED.with(
              "the request has a Sec-WebSocket-Key but no Upgrade: websocket"),
          List.of(Map.entry("Upgrade", "websocket"), Map.entry("Connection", "Upgrade")));
    }
    if (!route.transports().contains(transport)) {
      String offered =
          route.transports().stream()
              .map(Transport::word)
              .sorted()
              .collect(Collectors.joining(", "));
      return refused(
          transport,
          Problem.Kind.NOT_OFFERED.with(
              "transport " + transport.word() + " is not offered here (offered: " + offered + ")"));
    }
    Problem problem =
        transport == Transport.WEBSOCKET ? WebSocketHandshake.problem(this, route) : null;
    return problem == null
        ? null
        : new Outcome.Refused(transport, problem, WebSocketHandshake.headers(problem));
  }

  private static Outcome refused(Transport transport, Problem problem) {
    return new Outcome.Refused(transport, problem, List.of());
  }
}
