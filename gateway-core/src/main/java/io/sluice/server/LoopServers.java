package io.sluice.server;

import io.sluice.admin.AdminApi;
import io.sluice.admin.AdminNode;
import io.sluice.channel.Loop;
import io.sluice.config.Route;
import io.sluice.http.CloseReason;
import io.sluice.http.Connections;
import io.sluice.http.Problem;
import io.sluice.http.guard.Door;
import io.sluice.proxy.Proxy;
import io.sluice.publish.PublishApi;
import io.sluice.transport.PushEndpoint;
import io.sluice.transport.TransportLoop;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.internal.ContextInternal;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The servers of one loop, one for each listener, and what serves their requests. Vert.x spreads
 * the connections of a listener over the loops. Touched by its loop alone, but for the constructor
 * and what is said to be for any thread.
 */
final class LoopServers {

  /**
   * Streams and tunnels that one turn of the loop ends, so that a drain leaves the loop time for
   * the rest.
   */
  private static final int CLOSED_PER_TURN = 64;

  private final Node node;
  private final ContextInternal context;
  private final Loop loop;
  private final Connections connections = new Connections();
  private final ServerSettings settings;
  private final Map<Listener, Handler<HttpServerRequest>> handlers = new EnumMap<>(Listener.class);
  private final Door door;
  private @Nullable Proxy proxy;
  private @Nullable PushEndpoint push;
  private final Map<Listener, HttpServer> servers = new EnumMap<>(Listener.class);

  LoopServers(Node node, int index) {
    this.node = node;
    this.settings = new ServerSettings(node.config());
    this.context = node.contexts().get(index);
    this.loop = node.loops().get(index);
    this.door = new Door(loop, node.config().limits(), node.sockets(), node.metrics());
  }

  Loop loop() {
    return loop;
  }

  Connections connections() {
    return connections;
  }

  /** Opens the listeners. Completes when all of them accept connections. */
  Future<Void> listen(AdminNode admin) {
    return on(
        () -> {
          proxy = new Proxy(node.vertx(), loop, node.upstreams());
          push = push();
          handlers.put(Listener.ADMIN, admin(admin));
          takeOver();
          List<Future<HttpServer>> all = new ArrayList<>();
          for (Listener listener : Listener.values()) {
            all.add(listen(listener));
          }
          return Future.all(all).mapEmpty();
        });
  }

  /** What serves requests by the configuration in force; those under way keep what they have. */
  private void takeOver() {
    Live live = node.inForce().now();
    Proxy passing = Objects.requireNonNull(proxy);
    passing.retain(live.routes());
    handlers.put(
        Listener.PUBLIC, new PublicFront(live.routes(), Objects.requireNonNull(push), passing));
    handlers.put(Listener.PUBLISH, publish(live));
  }

  /** Works by the configuration in force from now on; any thread may call. */
  Future<Void> reload() {
    return on(
        () -> {
          takeOver();
          return Future.succeededFuture();
        });
  }

  /**
   * Ends streams and tunnels that came by a route that is no more, some in each turn; tells how
   * many.
   */
  Future<Integer> endRemoved() {
    return on(
        () -> {
          Set<Route.Push> pushes = node.inForce().now().pushes();
          Queue<Runnable> gone = new ArrayDeque<>();
          connections.forEach(
              connection -> {
                if (!pushes.contains(connection.route())) {
                  gone.add(() -> connection.close(CloseReason.GOING_AWAY));
                }
              });
          gone.addAll(Objects.requireNonNull(proxy).endRemovedTunnels());
          int count = gone.size();
          var done = context.<Integer>promise();
          endSome(gone, () -> done.complete(count));
          return done.future();
        });
  }

  private Future<HttpServer> listen(Listener listener) {
    var address = listener.of(node.config().listen());
    int port = address.port() == 0 ? listener.sharedFreePort() : address.port();
    HttpServer server =
        node.vertx()
            .createHttpServer(settings.of(listener))
            .connectionHandler(connection -> open(listener, connection))
            .requestHandler(handler(listener))
            .invalidRequestHandler(LoopServers::refuse);
    servers.put(listener, server);
    return server
        .listen(port, address.host())
        .recover(failure -> Future.failedFuture(ListenFailure.explain(listener, address, failure)));
  }

  private Handler<HttpServerRequest> handler(Listener listener) {
    return request -> {
      if (!Door.serves(request)) {
        request.connection().close(); // a defect; what nobody has checked is not served
      } else if (request.uri().equals("*")) {
        request.response().setStatusCode(204).putHeader("Allow", "GET, HEAD, OPTIONS").end();
      } else {
        serve(Objects.requireNonNull(handlers.get(listener)), request);
      }
    };
  }

  private void serve(Handler<HttpServerRequest> handler, HttpServerRequest request) {
    try {
      handler.handle(request);
    } catch (OutOfMemoryError full) {
      node.metrics().outOfMemory("a request", full);
      if (!request.response().headWritten() && !request.response().closed()) {
        request.response().putHeader(HttpHeaders.RETRY_AFTER, "1");
        ServerSettings.refuse(
            request, Problem.Kind.OVERLOADED.with("the node is out of memory: try again later"));
      }
    }
  }

  private void open(Listener listener, HttpConnection connection) {
    TransportLoop.prepare(connection);
    door.open(connection, listener == Listener.ADMIN);
  }

  private static void refuse(HttpServerRequest request) {
    Door.serves(request);
    ServerSettings.refuseInvalid(request);
  }

  private PushEndpoint push() {
    TransportLoop.Shared shared =
        new TransportLoop.Shared(node.hub(), node.admission(), node.config(), node.metrics());
    return new PushEndpoint(new TransportLoop(loop, connections, node.random().get(), shared));
  }

  private Handler<HttpServerRequest> publish(Live live) {
    PublishApi.Parts parts =
        new PublishApi.Parts(
            node.broker(),
            node.hub(),
            live.access(),
            live.config().publish(),
            node.metrics(),
            live::routes,
            node.bodies(),
            node.admission()::draining);
    return new PublishApi(parts, loop);
  }

  private Handler<HttpServerRequest> admin(AdminNode admin) {
    Router router = Router.router(node.vertx());
    new AdminApi(admin, loop, Listener.ADMIN.names(node.config().listen())).mount(router);
    return router;
  }

  /** The port that a listener has got. */
  int port(Listener listener) {
    HttpServer server = servers.get(listener);
    return server == null ? 0 : server.actualPort();
  }

  /**
   * Ends every stream and tunnel and answers every held poll, some in each turn. Complete when told
   * to.
   */
  Future<Void> closeStreams(CloseReason reason) {
    return on(
        () -> {
          Queue<Runnable> open = new ArrayDeque<>();
          connections.snapshot().forEach(each -> open.add(() -> each.close(reason)));
          if (proxy != null) {
            open.addAll(proxy.endTunnels());
          }
          var done = context.<Void>promise();
          endSome(open, () -> done.complete());
          return done.future();
        });
  }

  private void endSome(Queue<Runnable> open, Runnable whenDone) {
    for (int i = 0; i < CLOSED_PER_TURN && !open.isEmpty(); i++) {
      open.remove().run();
    }
    if (open.isEmpty()) {
      whenDone.run();
    } else {
      loop.execute(() -> endSome(open, whenDone));
    }
  }

  /** Requests, streams and held polls that have not ended. */
  Future<Integer> underWay() {
    return on(
        () -> {
          int passing = proxy == null ? 0 : proxy.underWay();
          return Future.succeededFuture(connections.size() + passing);
        });
  }

  /** Stops accepting, lets what is under way end for so long, then cuts it. */
  Future<Void> shutdown(Duration grace) {
    return on(
        () ->
            Future.join(servers.values().stream().map(server -> server.shutdown(grace)).toList())
                .<Void>mapEmpty()
                .onComplete(done -> release()));
  }

  private void release() {
    if (push != null) {
      push.close();
    }
  }

  /** Runs something on the loop; any thread may call. */
  <T> Future<T> on(java.util.function.Supplier<Future<T>> task) {
    var done = context.<T>promise();
    context.runOnContext(go -> task.get().onComplete(done));
    return done.future();
  }
}
