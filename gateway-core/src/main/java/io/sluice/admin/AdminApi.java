package io.sluice.admin;

import io.sluice.channel.Broker;
import io.sluice.channel.Loop;
import io.sluice.http.HostRule;
import io.sluice.http.Problem;
import io.sluice.http.RequestTarget;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listener {@code admin}. One for each event loop, for the requests of that loop. */
public final class AdminApi {

  private static final Logger LOG = LoggerFactory.getLogger(AdminApi.class);

  /** A loop that has not run for so long will not do so by itself. */
  private static final long STUCK_MS = 30_000;

  /** How long the other loops have to tell what they own. */
  private static final long GATHER_MS = 5_000;

  private final AdminNode node;
  private final Loop loop;
  private final HostRule names;
  private final Inspection inspection;
  private final MetricsPage metricsPage;

  /**
   * @param loop of the connections whose requests come here
   * @param names by which the listener may be called
   */
  public AdminApi(AdminNode node, Loop loop, HostRule names) {
    this.node = node;
    this.loop = loop;
    this.names = names;
    this.inspection = new Inspection(node);
    this.metricsPage = new MetricsPage(node.parts().metrics().registry);
  }

  /** Takes everything that reaches a router; paths are decoded once, here (NAM-3). */
  public void mount(Router router) {
    router.route().handler(this::handle).failureHandler(this::failed);
    router.errorHandler(400, AdminApi::badTarget).errorHandler(404, AdminApi::badTarget);
  }

  private void handle(RoutingContext context) {
    RequestTarget target = RequestTarget.parse(context.request().path(), context.request().query());
    String method = context.request().method().name();
    Problem page = names.refuses(context.request().getHeader(HttpHeaders.HOST));
    if (page != null) {
      refusePage(context, page);
    } else if (target == null) {
      badTarget(context);
    } else if (target.segments().equals(List.of("reload"))) {
      reload(context);
    } else if (!method.equals("GET") && !method.equals("HEAD")) {
      context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
      problem(context, Problem.Kind.METHOD_NOT_ALLOWED.with(method + " (expected GET or HEAD)"));
    } else {
      serve(context, target);
    }
  }

  private void serve(RoutingContext context, RequestTarget target) {
    List<String> segments = target.segments();
    if (segments.size() == 2 && segments.get(0).equals("channels")) {
      if (known(context, target, Set.of())) {
        gathered(context, inspection.channel(segments.get(1)), this::channel);
      }
      return;
    }
    switch (segments.size() == 1 ? segments.get(0) : "") {
      case "livez", "healthz" -> live(context);
      case "readyz" -> ready(context);
      case "metrics" -> metrics(context);
      case "channels" -> {
        if (known(context, target, Set.of("after", "limit"))) {
          page(context, target, inspection::channels);
        }
      }
      case "connections" -> {
        if (known(context, target, Set.of("after", "limit", "channel"))) {
          page(context, target, inspection::connections);
        }
      }
      case "nodes" -> {
        if (known(context, target, Set.of())) {
          gathered(context, inspection.nodes(), (to, json) -> json(to, 200, json));
        }
      }
      default ->
          problem(
              context,
              Problem.Kind.NOT_FOUND.with(
                  "nothing is at this path (expected /livez, /readyz, /metrics, /channels,"
                      + " /channels/{channel}, /connections, /nodes or POST /reload)"));
    }
  }

  /** A page in a browser could post here from anywhere; nothing else sends these headers. */
  private void reload(RoutingContext context) {
    var headers = context.request().headers();
    if (!context.request().method().name().equals("POST")) {
      context.response().putHeader(HttpHeaders.ALLOW, "POST");
      problem(
          context,
          Problem.Kind.METHOD_NOT_ALLOWED.with(
              context.request().method() + " (expected POST, which reloads the configuration)"));
    } else if (headers.contains(HttpHeaders.ORIGIN) || headers.contains("Sec-Fetch-Site")) {
      refusePage(context, Problem.Kind.FORBIDDEN.with("pages in a browser may not reload"));
    } else {
      loop.receive(
          node.parts().reload().get(),
          outcome -> {
            if (outcome.failed()) {
              failed(context, outcome.cause());
            } else if (outcome.result() instanceof ReloadOutcome.Applied applied) {
              json(context, 200, ReloadAnswer.json(applied));
            } else if (outcome.result() instanceof ReloadOutcome.Refused refused) {
              problem(context, ReloadAnswer.problem(refused));
            } else {
              problem(context, Problem.Kind.DRAINING.with("the node is stopping"));
            }
          });
    }
  }

  private void refusePage(RoutingContext context, Problem problem) {
    node.parts().metrics().refusedUnrouted(problem.kind().slug());
    problem(context, problem);
  }

  /**
   * Refuses a mistyped parameter (PUB-14); not on probes and metrics, where a parameter changes
   * nothing that could be lost.
   */
  private static boolean known(RoutingContext context, RequestTarget target, Set<String> known) {
    Problem problem = target.unknownParameter(known);
    if (problem != null) {
      problem(context, problem);
    }
    return problem == null;
  }

  private void live(RoutingContext context) {
    List<Integer> stuck = node.pulse().stuck(STUCK_MS);
    JsonObject json = new JsonObject().put("live", stuck.isEmpty());
    if (stuck.isEmpty()) {
      json(context, 200, json);
    } else {
      json(context, 503, json.put("stuck-event-loops", new JsonArray(stuck)));
    }
  }

  private void ready(RoutingContext context) {
    List<String> reasons = node.parts().unready().get();
    JsonObject json = new JsonObject().put("ready", reasons.isEmpty());
    if (reasons.isEmpty()) {
      json(context, 200, json);
    } else {
      json(context, 503, json.put("reasons", new JsonArray(reasons)));
    }
  }

  /** Off the loop: the JVM takes a while to count its own threads and memory. */
  private void metrics(RoutingContext context) {
    String accept = context.request().getHeader(HttpHeaders.ACCEPT);
    loop.receive(
        context.vertx().executeBlocking(() -> metricsPage.write(accept), false),
        page -> {
          if (page.failed()) {
            failed(context, page.cause());
          } else {
            end(context, page.result().contentType(), page.result().body());
          }
        });
  }

  /** A question whose answer comes in pages. */
  @FunctionalInterface
  private interface Paged {
    Future<JsonObject> page(RequestTarget target, int limit);
  }

  private void page(RoutingContext context, RequestTarget target, Paged question) {
    Integer limit = Inspection.limit(target.parameter("limit"));
    if (limit == null) {
      problem(
          context,
          Problem.Kind.BAD_REQUEST.with(
              "limit = "
                  + target.parameter("limit")
                  + " (expected 1 to "
                  + Inspection.MAX_PAGE
                  + ")"));
    } else {
      gathered(context, question.page(target, limit), (to, json) -> json(to, 200, json));
    }
  }

  private void channel(RoutingContext context, @Nullable JsonObject channel) {
    if (channel == null) {
      problem(context, Problem.Kind.NOT_FOUND.with("no such channel: nothing was published to it"));
    } else {
      json(context, 200, channel);
    }
  }

  /** Answers when all loops have, or when one of them takes too long. */
  private <T> void gathered(
      RoutingContext context, Future<T> answer, BiConsumer<RoutingContext, T> receiver) {
    AtomicBoolean answered = new AtomicBoolean();
    Loop.Timer late =
        loop.after(
            GATHER_MS,
            () -> {
              if (answered.compareAndSet(false, true)) {
                problem(
                    context,
                    Problem.Kind.UNAVAILABLE.with("an event loop does not answer: see /livez"));
              }
            });
    loop.receive(
        answer,
        result -> {
          late.cancel();
          if (!answered.compareAndSet(false, true)) {
            return;
          }
          if (result.succeeded()) {
            receiver.accept(context, result.result());
          } else if (result.cause() instanceof Broker.Unavailable unavailable) {
            problem(
                context,
                Problem.Kind.UNAVAILABLE.with(
                    "the broker cannot answer: " + unavailable.getMessage()));
          } else {
            failed(context, result.cause());
          }
        });
  }

  private static void json(RoutingContext context, int status, JsonObject json) {
    context.response().setStatusCode(status);
    end(context, "application/json", json.toBuffer());
  }

  private static void end(RoutingContext context, String type, Buffer body) {
    var response = context.response();
    if (response.closed()) {
      return;
    }
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, type)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    if (context.request().method().name().equals("HEAD")) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length())).end();
    } else {
      response.end(body);
    }
  }

  private static void problem(RoutingContext context, Problem problem) {
    if (context.response().closed() || context.response().ended()) {
      return;
    }
    if (context.request().method().name().equals("HEAD")) {
      problem.sendHead(context.response());
    } else {
      problem.send(context.response());
    }
  }

  private static void badTarget(RoutingContext context) {
    problem(
        context,
        Problem.Kind.BAD_REQUEST.with(
            "the path or the query is not percent-encoded UTF-8: encode each part once"));
  }

  private void failed(RoutingContext context) {
    failed(context, context.failure());
  }

  private void failed(RoutingContext context, Throwable cause) {
    if (cause instanceof OutOfMemoryError full) {
      node.parts().metrics().outOfMemory("a request of the listener admin", full);
      problem(context, Problem.Kind.OVERLOADED.with("the node is out of memory: restart it"));
      return;
    }
    LOG.error("a request of the listener admin failed", cause);
    problem(context, Problem.Kind.INTERNAL.with("see the log of this node"));
  }
}
