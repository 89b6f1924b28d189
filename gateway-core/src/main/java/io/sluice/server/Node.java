package io.sluice.server;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.sluice.channel.Loop;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.local.LocalBroker;
import io.sluice.config.Config;
import io.sluice.http.Admission;
import io.sluice.metrics.Metrics;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.transport.Transport;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * What a gateway has once, whatever the number of its loops.
 *
 * @param contexts one for each loop, in the order of {@code loops}
 */
record Node(
    Config config,
    Vertx vertx,
    List<ContextInternal> contexts,
    List<Loop> loops,
    LocalBroker broker,
    Hub hub,
    Metrics metrics,
    Admission admission) {

  static Node build(Config config) {
    Vertx vertx = vertx(config);
    List<ContextInternal> contexts = contexts((VertxInternal) vertx);
    List<Loop> loops = loops(contexts);
    Metrics metrics = new Metrics();
    LocalBroker broker = broker(config, loops, metrics);
    Hub hub = new Hub(loops, broker, hubSettings(config), metrics);
    Admission admission = new Admission(config.limits().connections(), metrics);
    return new Node(config, vertx, contexts, loops, broker, hub, metrics, admission);
  }

  private static Vertx vertx(Config config) {
    VertxOptions options =
        new VertxOptions()
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false));
    if (config.eventLoops() > 0) {
      options.setEventLoopPoolSize(config.eventLoops());
    } else {
      options.setEventLoopPoolSize(Runtime.getRuntime().availableProcessors());
    }
    return Vertx.builder().with(options).withTransport(transport()).build();
  }

  /** epoll where it is there: it tells of peers that vanished, and costs less. */
  private static Transport transport() {
    Transport epoll = Transport.EPOLL;
    return epoll != null && epoll.available() ? epoll : Transport.NIO;
  }

  private static List<ContextInternal> contexts(VertxInternal vertx) {
    List<ContextInternal> contexts = new ArrayList<>();
    for (EventExecutor eventLoop : vertx.nettyEventLoopGroup()) {
      contexts.add(
          vertx
              .contextBuilder()
              .withThreadingModel(ThreadingModel.EVENT_LOOP)
              .withEventLoop((EventLoop) eventLoop)
              .build());
    }
    return List.copyOf(contexts);
  }

  private static List<Loop> loops(List<ContextInternal> contexts) {
    long zeroNs = System.nanoTime();
    List<Loop> loops = new ArrayList<>();
    for (ContextInternal context : contexts) {
      loops.add(
          new VertxLoop(
              context.nettyEventLoop(),
              loops.size(),
              () -> (System.nanoTime() - zeroNs) / 1_000_000));
    }
    return List.copyOf(loops);
  }

  private static LocalBroker broker(Config config, List<Loop> loops, Metrics metrics) {
    SecureRandom seeds = new SecureRandom();
    RandomGeneratorFactory<RandomGenerator> fast = RandomGeneratorFactory.of("L64X128MixRandom");
    return new LocalBroker(
        loops,
        new LocalBroker.Settings(
            Histories.of(config.routes()),
            config.channels().historyBytes(),
            config.channels().identityBytes(),
            config.channels().remember().toMillis(),
            config.publish().keepIds().toMillis(),
            config.publish().maxIds(),
            System::currentTimeMillis),
        () -> fast.create(seeds.generateSeed(16)),
        metrics);
  }

  private static Hub.Settings hubSettings(Config config) {
    Hub.Settings usual = Hub.Settings.DEFAULT;
    return new Hub.Settings(
        usual.page(), config.limits().catchUpBytes(), usual.recentBytes(), usual.pagesPerTurn());
  }
}
