package io.sluice.server;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.sluice.channel.Broker;
import io.sluice.channel.History;
import io.sluice.channel.Loop;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.nodes.Neighbours;
import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.config.Route;
import io.sluice.http.Admission;
import io.sluice.http.guard.Sockets;
import io.sluice.metrics.Metrics;
import io.sluice.proxy.Upstreams;
import io.sluice.publish.BodyBudget;
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
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a gateway has once, whatever the number of its loops.
 *
 * @param inForce what a reload replaces
 * @param made what orders events, and who else is there
 * @param contexts one for each loop, in the order of {@code loops}
 * @param random a new source of its own for each loop
 * @param version of the program
 */
record Node(
    InForce inForce,
    Vertx vertx,
    List<ContextInternal> contexts,
    List<Loop> loops,
    BrokerFactory.Made made,
    Hub hub,
    Metrics metrics,
    Admission admission,
    BodyBudget bodies,
    Upstreams upstreams,
    Sockets sockets,
    Supplier<RandomGenerator> random,
    String version) {

  private static final Logger LOG = LoggerFactory.getLogger(Node.class);

  static Node build(ConfigReader.Result.Accepted first, BrokerFactory brokers) {
    Config config = first.config();
    Metrics metrics = new Metrics();
    Vertx vertx = vertx(config);
    vertx.exceptionHandler(failure -> tell(failure, metrics));
    List<ContextInternal> contexts = contexts((VertxInternal) vertx);
    List<Loop> loops = loops(contexts, metrics);
    Supplier<RandomGenerator> random = randomSources();
    InForce inForce = new InForce(Live.of(first));
    BrokerFactory.Parts parts =
        new BrokerFactory.Parts(
            config,
            channel -> history(inForce.now().routes().historyFor(channel)),
            loops,
            random,
            metrics,
            String.format("%016x", random.get().nextLong()),
            packagedVersion());
    BrokerFactory.Made made;
    try {
      made = brokers.make(parts);
    } catch (StartException refusal) {
      vertx.close();
      throw refusal;
    }
    Hub hub = new Hub(loops, made.broker(), hubSettings(config), metrics);
    Admission admission = new Admission(config.limits(), metrics);
    BodyBudget bodies = new BodyBudget(config.publish().bodies().memoryBytes(), metrics);
    Upstreams upstreams = new Upstreams(inForce.now().routes(), metrics, admission, random.get());
    Sockets sockets = new Sockets(config.limits().door().sockets(), metrics);
    return new Node(
        inForce,
        vertx,
        contexts,
        loops,
        made,
        hub,
        metrics,
        admission,
        bodies,
        upstreams,
        sockets,
        random,
        parts.version());
  }

  Broker broker() {
    return made.broker();
  }

  Neighbours neighbours() {
    return made.neighbours();
  }

  /** The version that this class was packaged in. */
  private static String packagedVersion() {
    String version = Node.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }

  /** The configuration in force. */
  Config config() {
    return inForce.now().config();
  }

  private static Vertx vertx(Config config) {
    VertxOptions options =
        new VertxOptions()
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false));
    options.setEventLoopPoolSize(MemoryPlan.loops(config));
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

  /** What no handler has caught. */
  private static void tell(Throwable failure, Metrics metrics) {
    if (failure instanceof OutOfMemoryError full) {
      metrics.outOfMemory("a handler of an event loop", full);
    } else {
      LOG.error("a handler of an event loop failed; the loop goes on", failure);
    }
  }

  private static List<Loop> loops(List<ContextInternal> contexts, Metrics metrics) {
    long zeroNs = System.nanoTime();
    List<Loop> loops = new ArrayList<>();
    for (ContextInternal context : contexts) {
      loops.add(
          new VertxLoop(
              context.nettyEventLoop(),
              loops.size(),
              () -> (System.nanoTime() - zeroNs) / 1_000_000,
              metrics));
    }
    return List.copyOf(loops);
  }

  private static Supplier<RandomGenerator> randomSources() {
    SecureRandom seeds = new SecureRandom();
    RandomGeneratorFactory<RandomGenerator> fast = RandomGeneratorFactory.of("L64X128MixRandom");
    return () -> {
      byte[] seed = new byte[16];
      seeds.nextBytes(seed);
      return fast.create(seed);
    };
  }

  private static History history(Route.History configured) {
    return new History(configured.count(), configured.bytes(), configured.age().toMillis());
  }

  private static Hub.Settings hubSettings(Config config) {
    Config.Delivery delivery = config.limits().delivery();
    return new Hub.Settings(
        new Broker.Page(delivery.pageEvents(), delivery.pageBytes()),
        delivery.catchUpBytes(),
        delivery.recentBytes(),
        delivery.recentAge().toMillis(),
        delivery.pagesPerTurn(),
        Hub.FRAMES_PER_TURN,
        Hub.ROUND_READERS,
        System::currentTimeMillis);
  }
}
