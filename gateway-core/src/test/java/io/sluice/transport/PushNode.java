package io.sluice.transport;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.netty.channel.EventLoop;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.History;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.hub.HubSettings;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.http.Admission;
import io.sluice.http.CloseReason;
import io.sluice.http.Connections;
import io.sluice.metrics.Metrics;
import io.sluice.server.BrokerFactory;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.transport.Transport;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** One node of a {@link PushBed}: endpoint, hub and broker on one loop. */
@NullMarked
final class PushNode {

  final Metrics metrics;
  private final Connections connections = new Connections();
  private final Vertx vertx =
      Vertx.builder()
          .with(new VertxOptions().setEventLoopPoolSize(1))
          .withTransport(Transport.EPOLL)
          .build();
  private final EventLoop eventLoop = ((VertxInternal) vertx).nettyEventLoopGroup().next();
  private final BrokerFactory.Made made;
  private final Hub hub;
  private final TransportLoop transportLoop;
  private final HttpServer server;

  /**
   * Starts it.
   *
   * @param certificate speaks TLS with it; null for HTTP in the clear
   */
  PushNode(
      Route.Push route,
      @Nullable TestCertificate certificate,
      BrokerFactory brokers,
      Admission admission,
      Metrics metrics)
      throws Exception {
    this.metrics = metrics;
    Loop loop = new NettyLoop(eventLoop);
    made = brokers.make(parts(loop, route.history()));
    hub = new Hub(List.of(loop), made.broker(), HubSettings.usual(), metrics);
    TransportLoop.Shared shared = new TransportLoop.Shared(hub, admission, Config.DEFAULT, metrics);
    transportLoop = onLoop(() -> new TransportLoop(loop, connections, PushBed.late(), shared));
    PushEndpoint endpoint = onLoop(() -> new PushEndpoint(transportLoop));
    server =
        vertx
            .createHttpServer(options(certificate))
            .requestHandler(request -> endpoint.handle(request, route, PushBed.ROOM));
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get(30, SECONDS);
  }

  private BrokerFactory.Parts parts(Loop loop, Route.History room) {
    return new BrokerFactory.Parts(
        Config.DEFAULT,
        name ->
            name.equals(PushBed.ROOM)
                ? new History(room.count(), room.bytes(), room.age().toMillis())
                : new History(1000, 64 << 20, 120_000),
        List.of(loop),
        SplittableRandom::new,
        metrics,
        "0123456789abcdef",
        "test");
  }

  private static HttpServerOptions options(@Nullable TestCertificate certificate) {
    HttpServerOptions options =
        TransportLoop.require(new HttpServerOptions().setStrictThreadMode(true));
    return certificate == null
        ? options
        : options.setSsl(true).setKeyCertOptions(KeyCertOptions.wrap(certificate.keys()));
  }

  int port() {
    return server.actualPort();
  }

  <T> T onLoop(Callable<T> task) throws Exception {
    return eventLoop.submit(task).get(30, SECONDS);
  }

  /** Publishes; one thread's events of a channel in the order of its calls. */
  CompletableFuture<Position> publishing(String channel, Event.Kind kind, byte[] data) {
    Broker.PublishId id = new Broker.PublishId("", false);
    return made.broker()
        .publish(channel, new Broker.Publication(id, null, null, kind, data))
        .map(answer -> ((Broker.Published.Stored) answer).position())
        .toCompletionStage()
        .toCompletableFuture();
  }

  /** How many readers a channel has here. */
  int readers(String channel) {
    return hub.readers(channel);
  }

  /** Whether every reader has been started and waits at the head of its channel. */
  boolean isUpToDate() throws Exception {
    return onLoop(() -> behind() == 0);
  }

  private double behind() {
    return metrics.registry.scrape("sluice_readers_behind"::equals).stream()
        .flatMap(snapshot -> snapshot.getDataPoints().stream())
        .mapToDouble(point -> ((GaugeSnapshot.GaugeDataPointSnapshot) point).getValue())
        .sum();
  }

  int connections() throws Exception {
    return onLoop(connections::size);
  }

  /** What waits to be sent to the clients of streams. */
  long bytesPending() throws Exception {
    return onLoop(
        () ->
            connections.snapshot().stream()
                .mapToLong(each -> ((NettyConnection) ((Presence) each).peer()).bytesPending())
                .sum());
  }

  void closeAll(CloseReason reason) throws Exception {
    onLoop(
        () -> {
          connections.forEach(connection -> connection.close(reason));
          return true;
        });
  }

  /** Timers that are set for connections. */
  int watched() throws Exception {
    return onLoop(() -> transportLoop.wheel().size());
  }

  void close() throws Exception {
    made.neighbours().leave().toCompletionStage().toCompletableFuture().get(30, SECONDS);
    vertx.close().toCompletionStage().toCompletableFuture().get(30, SECONDS);
  }
}
