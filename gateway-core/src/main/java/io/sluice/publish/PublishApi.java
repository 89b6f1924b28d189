package io.sluice.publish;

import io.sluice.access.Credential;
import io.sluice.access.PublishAccess;
import io.sluice.channel.Broker;
import io.sluice.channel.Loop;
import io.sluice.channel.hub.Hub;
import io.sluice.config.Config;
import io.sluice.config.Routes;
import io.sluice.http.Deadlines;
import io.sluice.http.Problem;
import io.sluice.http.RequestTarget;
import io.sluice.metrics.Metrics;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
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
public final class PublishApi implements Handler<HttpServerRequest> {

  private static final Logger LOG = LoggerFactory.getLogger(PublishApi.class);
  private static final CharSequence FETCH_SITE = HttpHeaders.createOptimized("sec-fetch-site");

  private final Parts parts;
  private final Loop loop;
  private final Deadlines deadlines;
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
    this.deadlines = new Deadlines(loop, parts.config().bodies().timeout().toMillis());
    this.publish = new PublishRequests(parts, loop);
    this.read = new ReadRequests(parts, loop);
  }

  /** What is at a path. */
  private enum Resource {
    EVENTS("POST"),
    CHANNEL("GET, HEAD"),
    CHANNEL_EVENTS("DELETE, GET, HEAD, POST"),
    NOTHING("");

    /** Between commas. */
    private final String methods;

    Resource(String methods) {
      this.methods = methods;
    }

    boolean takes(String method) {
      return switch (this) {
        case EVENTS -> method.equals("POST");
        case CHANNEL -> method.equals("GET");
        case CHANNEL_EVENTS ->
            method.equals("POST") || method.equals("GET") || method.equals("DELETE");
        case NOTHING -> false;
      };
    }

    static Resource at(List<String> segments) {
      int count = segments.size();
      if (count == 1 && segments.get(0).equals("events")) {
        return EVENTS;
      }
      if (count < 2 || count > 3 || !segments.get(0).equals("channels")) {
        return NOTHING;
      }
      return count == 2 ? CHANNEL : segments.get(2).equals("events") ? CHANNEL_EVENTS : NOTHING;
    }
  }

  /** Serves a request, whatever its path; each is answered once. */
  @Override
  public void handle(HttpServerRequest request) {
    try {
      serve(request);
    } catch (RuntimeException | OutOfMemoryError failure) {
      failed(request, failure);
    }
  }

  /** Paths are taken apart here: {@code ..} and {@code a%2Fb} name channels (NAM-3). */
  private void serve(HttpServerRequest request) {
    RequestTarget target = RequestTarget.parse(request.path(), request.query());
    if (target == null) {
      badPath(request);
      return;
    }
    Problem page =
        parts
            .access()
            .refusesPage(
                request.getHeader(HttpHeaders.ORIGIN),
                request.getHeader(FETCH_SITE),
                request.getHeader(HttpHeaders.HOST));
    if (page != null) {
      parts.metrics().refusedUnrouted(page.kind().slug());
      var somebody = new Exchange.Asked(request, target, Credential.OPEN);
      exchange(somebody).refuse(page);
      return;
    }
    var decision = parts.access().decide(request.getHeader(HttpHeaders.AUTHORIZATION));
    if (decision instanceof PublishAccess.Decision.Granted granted) {
      var asked = new Exchange.Asked(request, target, granted.credential());
      serve(exchange(asked));
    } else {
      var refused = (PublishAccess.Decision.Refused) decision;
      request.response().putHeader("WWW-Authenticate", refused.challenge());
      var nobody = new Exchange.Asked(request, target, Credential.OPEN);
      exchange(nobody).refuse(refused.problem());
    }
  }

  private Exchange exchange(Exchange.Asked asked) {
    return new Exchange(asked, loop, deadlines, parts);
  }

  private void serve(Exchange exchange) {
    List<String> segments = exchange.target.segments();
    Resource resource = Resource.at(segments);
    String name = exchange.request.method().name();
    String method = name.equals("HEAD") ? "GET" : name;
    if (resource.takes(method)) {
      switch (resource) {
        case EVENTS -> publish.items(exchange);
        case CHANNEL -> read.head(exchange, segments.get(1));
        default -> serve(exchange, method, segments.get(1));
      }
    } else if (resource == Resource.NOTHING) {
      exchange.send(
          Problem.Kind.NOT_FOUND.with(
              "nothing is at this path (expected /events, /channels/{channel} or"
                  + " /channels/{channel}/events)"));
    } else {
      String allow = resource.methods;
      exchange.request.response().putHeader(HttpHeaders.ALLOW, allow);
      exchange.send(
          Problem.Kind.METHOD_NOT_ALLOWED.with("method = " + name + " (expected " + allow + ")"));
    }
  }

  private void serve(Exchange exchange, String method, String channel) {
    switch (method) {
      case "POST" -> publish.event(exchange, channel);
      case "GET" -> read.history(exchange, channel);
      default -> publish.delete(exchange, channel);
    }
  }

  private static void badPath(HttpServerRequest request) {
    request.response().putHeader(HttpHeaders.CONNECTION, "close");
    Problem.Kind.BAD_REQUEST
        .with("the path or the query is not percent-encoded UTF-8: encode each part once")
        .send(request.response());
    request.connection().close();
  }

  private void failed(HttpServerRequest request, Throwable failure) {
    HttpServerResponse response = request.response();
    Problem problem = Problem.Kind.INTERNAL.with("see the log of this node");
    if (failure instanceof OutOfMemoryError full) {
      parts.metrics().outOfMemory("a request of the listener publish", full);
      problem = Publisher.noMemory();
    } else {
      LOG.error("a request of the listener publish failed", failure);
    }
    if (!response.headWritten() && !response.closed()) {
      if (failure instanceof OutOfMemoryError) {
        response.putHeader(HttpHeaders.RETRY_AFTER, "1");
      }
      response.putHeader(HttpHeaders.CONNECTION, "close");
      problem.send(response);
      request.connection().close();
    }
  }
}
