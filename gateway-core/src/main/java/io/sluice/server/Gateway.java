package io.sluice.server;

import io.sluice.admin.AdminNode;
import io.sluice.admin.ReloadOutcome;
import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.http.guard.Door;
import io.sluice.metrics.Metrics;
import io.sluice.transport.TransportLoop;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gateway: one node, all its loops, listeners and logs.
 *
 * <p>Any thread may call; futures complete on a thread of the gateway, the one of {@link #stop} on
 * one that is about to end.
 */
public final class Gateway {

  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  private final Node node;
  private final List<LoopServers> loops;
  private final AdminNode admin;
  private final Reload reload;
  private final Map<Listener, Config.Address> addresses = new EnumMap<>(Listener.class);
  private final AtomicBoolean listening = new AtomicBoolean();
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final Promise<Void> stopped = Promise.promise();

  private Gateway(Node node, List<LoopServers> loops, Supplier<ConfigReader.Result> source) {
    this.node = node;
    this.loops = List.copyOf(loops);
    this.reload = new Reload(node, this.loops, source, stopping::get);
    this.admin =
        new AdminNode(
            new AdminNode.Parts(
                node.broker(),
                node.neighbours(),
                node.hub(),
                node.metrics(),
                node::config,
                node.version(),
                this::unready,
                reload::run),
            loops.stream().map(l -> new AdminNode.LoopView(l.loop(), l.connections())).toList());
  }

  /**
   * Why this node should get no new connections, in the words of {@code /readyz} (docs/admin.md);
   * empty if it is ready. A node of a cluster may still be {@code joining} when it listens.
   */
  public List<String> unready() {
    if (stopping.get()) {
      return List.of("draining");
    }
    List<String> reasons = new ArrayList<>();
    if (!listening.get()) {
      reasons.add("starting");
    }
    if (node.metrics().isMemoryExhausted()) {
      reasons.add("out-of-memory");
    }
    reasons.addAll(node.neighbours().unready());
    return reasons;
  }

  /**
   * Builds a gateway and opens its listeners. Blocks for the time that building takes (threads,
   * native libraries).
   *
   * @return completes when all listeners accept connections; fails with {@link StartException} if
   *     one cannot be opened, and then nothing is left running
   */
  public static Future<Gateway> start(Config config) {
    ConfigReader.Result.Accepted first = new ConfigReader.Result.Accepted(config);
    return start(first, () -> first, BrokerFactory.LOCAL);
  }

  /**
   * The same with a configuration that can be read anew, and over any broker.
   *
   * @param source what {@link #reload} takes over; may block, and is called on a worker thread
   */
  public static Future<Gateway> start(
      ConfigReader.Result.Accepted first,
      Supplier<ConfigReader.Result> source,
      BrokerFactory brokers) {
    Config config = first.config();
    MemoryPlan memory = MemoryPlan.here(config);
    memory.reductions().forEach(reduction -> LOG.warn("{}", reduction));
    Node node;
    try {
      ListenerCheck.check(config.listen());
      if (config.cluster() != null) {
        ListenerCheck.areFree(config.listen());
      }
      Restart.check(config.state());
      node =
          Node.build(new ConfigReader.Result.Accepted(memory.config(), first.settings()), brokers);
    } catch (StartException refusal) {
      return Future.failedFuture(refusal);
    }
    List<LoopServers> loops = new ArrayList<>();
    for (int i = 0; i < node.loops().size(); i++) {
      loops.add(new LoopServers(node, i));
    }
    Gateway gateway = new Gateway(node, loops, source);
    gateway.admin.start(); // the others see this node already, and ask it
    return internalsWork(node)
        .compose(checked -> Restart.restore(node))
        .compose(restored -> gateway.listen().recover(failure -> giveBack(node, restored, failure)))
        .map(gateway)
        .recover(
            failure ->
                Drain.end(node, Drain.LEAVE_MS).transform(end -> Future.failedFuture(failure)));
  }

  /** Nothing was served, so the logs that were taken over are still what the next start needs. */
  private static Future<Void> giveBack(Node node, boolean restored, Throwable failure) {
    Future<Void> saved = restored ? Restart.save(node) : Future.succeededFuture();
    return saved.transform(
        result -> {
          if (result.failed()) {
            failure.addSuppressed(result.cause());
          }
          return Future.failedFuture(failure);
        });
  }

  private static Future<Void> internalsWork(Node node) {
    return TransportLoop.check(node.vertx())
        .compose(checked -> Door.check(node.vertx()))
        .recover(
            failure ->
                Future.failedFuture(
                    new StartException("cannot serve · " + failure.getMessage(), failure)));
  }

  private Future<Void> listen() {
    return Future.all(loops.stream().map(loop -> loop.listen(admin)).toList())
        .map(
            opened -> {
              for (Listener listener : Listener.values()) {
                Config.Address asked = listener.of(node.config().listen());
                int port = loops.get(0).port(listener);
                addresses.put(listener, new Config.Address(asked.host(), port));
              }
              listening.set(true);
              return null;
            });
  }

  /** Where a listener is bound: the configured host and the port that it has got. */
  public Config.Address address(Listener listener) {
    Config.Address address = addresses.get(listener);
    if (address == null) {
      throw new IllegalStateException("listener " + listener.word() + " is not open");
    }
    return address;
  }

  /** The numbers of this gateway. */
  public Metrics metrics() {
    return node.metrics();
  }

  /**
   * Reads the configuration anew and takes it over: all that needs no restart, or, if it has a
   * mistake, nothing. Connections of routes that did not change are not touched, those of others
   * end as {@code going-away}.
   *
   * @return completes when it is in force on every loop and those connections have ended; fails
   *     only by a defect, and then the log says which
   */
  public Future<ReloadOutcome> reload() {
    return reload.run();
  }

  /**
   * Ends in order: no new publishes and streams, every stream told why, then the state file or the
   * leaving of the cluster, then everything closed. Takes at most {@code drain}, and a little; in a
   * cluster up to 30 s more.
   *
   * @return completes when nothing is left running; the same future for every call
   */
  public Future<Void> stop() {
    if (stopping.compareAndSet(false, true)) {
      new Drain(node, loops).run().onComplete(stopped);
    }
    return stopped.future();
  }
}
