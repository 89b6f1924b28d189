package io.sluice.publish;

import io.sluice.access.Credential;
import io.sluice.access.PublishAccess;
import io.sluice.channel.Broker;
import io.sluice.channel.Loop;
import io.sluice.channel.hub.Hub;
import io.sluice.config.Config;
import io.sluice.config.Routes;
import io.sluice.http.Problem;
import io.sluice.http.RequestTarget;
import io.sluice.metrics.Metrics;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listener {@code publish}: what apps post to channels and read back. {@code docs/protocol.md}
 * §14, §15.
 *
 * <p>One for each event loop; it handles the requests of connections of that loop.
 */
public final class PublishApi {

  private static final Logger LOG = LoggerFactory.getLogger(PublishApi.class);

  private final Parts parts;
  private final Loop loop;
  private final PublishRequests publish;
  private final ReadRequests read;

  /**
   * What the listener works with, the same for all loops.
   *
   * @param routes those that are in force when it is asked: publishes are counted by them
   * @param bodies what bodies may hold, of the node
   * @param draining whether the node is stopping; then nothing is published any more
   */
  public record Parts(
      Broker broker,
      Hub hub,
      PublishAccess access,
      Config.Publish config,
      Metrics metrics,
      Supplier<Routes> routes,
      BodyBudget bodies,
      BooleanSupplier draining) {}

  /**
   * @param loop of the connections whose requests come here
   */
  public PublishApi(Parts parts, Loop loop) {
    this.parts = parts;
    this.loop = loop;
    this.publish = new PublishRequests(parts, loop);
    this.read = new ReadRequests(parts, loop);
  }

  /** Serves a method of a resource. */
  @FunctionalInterface
  private interface Operation {
    void serve(Exchange exchange);
  }

  /**
   * Takes everything that reaches a router. Paths are taken apart here, because the router's own
   * normalisation would change channel names such as {@code ..} or {@code a%2Fb} (NAM-3).
   */
  public void mount(Router router) {
    router.route().handler(this::handle).failureHandler(this::failed);
    router.errorHandler(400, PublishApi::badPath).errorHandler(404, PublishApi::badPath);
  }

  private void handle(RoutingContext context) {
    HttpServerRequest request = context.request();
    RequestTarget target = RequestTarget.parse(request.path(), request.query());
    if (target == null) {
      badPath(context);
      return;
    }
    Problem page =
        parts
            .access()
            .refusesPage(
                request.getHeader(HttpHeaders.ORIGIN),
                request.getHeader("Sec-Fetch-Site"),
                request.getHeader(HttpHeaders.HOST));
    if (page != null) {
      var somebody = new Exchange.Asked(request, target, Credential.OPEN);
      new Exchange(somebody, loop, parts).refuse(page);
      return;
    }
    var decision = parts.access().decide(request.getHeader(HttpHeaders.AUTHORIZATION));
    if (decision instanceof PublishAccess.Decision.Granted granted) {
      var asked = new Exchange.Asked(request, target, granted.credential());
      serve(new Exchange(asked, loop, parts));
    } else {
      var refused = (PublishAccess.Decision.Refused) decision;
      request.response().putHeader("WWW-Authenticate", refused.challenge());
      var nobody = new Exchange.Asked(request, target, Credential.OPEN);
      new Exchange(nobody, loop, parts).refuse(refused.problem());
    }
  }

  private void serve(Exchange exchange) {
    Map<String, Operation> operations = operations(exchange.target.segments());
    String method = exchange.request.method().name();
    Operation operation = operations.get(method.equals("HEAD") ? "GET" : method);
    if (operation != null) {
      operation.serve(exchange);
    } else if (operations.isEmpty()) {
      exchange.send(
          Problem.Kind.NOT_FOUND.with(
              "nothing is at this path (expected /events, /channels/{channel} or"
                  + " /channels/{channel}/events)"));
    } else {
      String allow = String.join(", ", operations.keySet()).replace("GET", "GET, HEAD");
      exchange.request.response().putHeader(HttpHeaders.ALLOW, allow);
      exchange.send(
          Problem.Kind.METHOD_NOT_ALLOWED.with("method = " + method + " (expected " + allow + ")"));
    }
  }

  /** What a path offers, by method; empty for an unknown path. */
  private Map<String, Operation> operations(List<String> segments) {
    Map<String, Operation> operations = new TreeMap<>();
    if (segments.equals(List.of("events"))) {
      operations.put("POST", publish::items);
    } else if (segments.get(0).equals("channels") && segments.size() == 2) {
      operations.put("GET", exchange -> read.head(exchange, segments.get(1)));
    } else if (segments.get(0).equals("channels")
        && segments.size() == 3
        && segments.get(2).equals("events")) {
      String channel = segments.get(1);
      operations.put("GET", exchange -> read.history(exchange, channel));
      operations.put("POST", exchange -> publish.event(exchange, channel));
      operations.put("DELETE", exchange -> publish.delete(exchange, channel));
    }
    return operations;
  }

  private static void badPath(RoutingContext context) {
    if (!context.response().ended()) {
      context.response().putHeader(HttpHeaders.CONNECTION, "close");
      Problem.Kind.BAD_REQUEST
          .with("the path or the query is not percent-encoded UTF-8: encode each part once")
          .send(context.response());
    }
  }

  private void failed(RoutingContext context) {
    Problem problem = Problem.Kind.INTERNAL.with("see the log of this node");
    if (context.failure() instanceof OutOfMemoryError full) {
      parts.metrics().outOfMemory("a request of the listener publish", full);
      context.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
      problem = Publisher.noMemory();
    } else {
      LOG.error("a request of the listener publish failed", context.failure());
    }
    if (!context.response().headWritten() && !context.response().closed()) {
      context.response().putHeader(HttpHeaders.CONNECTION, "close");
      problem.send(context.response());
    }
  }
}
