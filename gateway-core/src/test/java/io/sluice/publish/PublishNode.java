package io.sluice.publish;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.sluice.access.PublishAccess;
import io.sluice.channel.Broker;
import io.sluice.channel.History;
import io.sluice.channel.RealLoops;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.hub.HubSettings;
import io.sluice.config.Config;
import io.sluice.config.Routes;
import io.sluice.metrics.Metrics;
import io.sluice.server.BrokerFactory;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullMarked;

/** One node of a {@link PublishBed}: the listener publish on two real loops. */
@NullMarked
final class PublishNode {

  final Metrics metrics = new Metrics();
  final int port;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  private final BrokerFactory.Made made;

  /**
   * What the nodes of a bed have in common.
   *
   * @param front what stands before the broker
   */
  record Shared(
      Config.Publish config,
      BrokerFactory brokers,
      UnaryOperator<Broker> front,
      Supplier<Routes> routes,
      BooleanSupplier draining) {}

  PublishNode(Shared shared) throws Exception {
    RealLoops loops = new RealLoops(vertx);
    made =
        shared
            .brokers()
            .make(
                new BrokerFactory.Parts(
                    config(shared.config()),
                    channel -> History.DEFAULT,
                    loops.all(),
                    SplittableRandom::new,
                    metrics,
                    "0123456789abcdef",
                    "test"));
    var parts =
        new PublishApi.Parts(
            shared.front().apply(made.broker()),
            new Hub(loops.all(), made.broker(), HubSettings.usual(), metrics),
            new PublishAccess(shared.config()),
            shared.config(),
            metrics,
            shared.routes(),
            new BodyBudget(shared.config().bodies().memoryBytes(), metrics),
            shared.draining());
    int free = 0; // -1 is one free port that all loops share
    for (int i = 0; i < loops.all().size(); i++) {
      int index = i;
      CompletableFuture<Integer> bound = new CompletableFuture<>();
      loops.on(
          i,
          () -> {
            PublishApi api = new PublishApi(parts, loops.all().get(index));
            HttpServer server = vertx.createHttpServer().requestHandler(api);
            server
                .listen(-1, "127.0.0.1")
                .onSuccess(listening -> bound.complete(listening.actualPort()))
                .onFailure(bound::completeExceptionally);
          });
      free = bound.get(10, SECONDS);
    }
    port = free;
  }

  private static Config config(Config.Publish publish) {
    Config usual = Config.DEFAULT;
    return new Config(
        usual.listen(),
        publish,
        usual.channels(),
        usual.limits(),
        usual.websocket(),
        usual.state(),
        usual.drain(),
        usual.eventLoops(),
        List.of());
  }

  void close() throws Exception {
    made.neighbours().leave().toCompletionStage().toCompletableFuture().get(30, SECONDS);
    vertx.close().toCompletionStage().toCompletableFuture().get(10, SECONDS);
  }
}
