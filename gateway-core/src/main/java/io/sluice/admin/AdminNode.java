package io.sluice.admin;

import io.sluice.channel.Broker;
import io.sluice.channel.Loop;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.nodes.Neighbours;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.config.Upstream;
import io.sluice.http.Connections;
import io.sluice.metrics.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What the admin APIs of all loops share. One for the node, made when its loops are there; any
 * thread may use it.
 */
public final class AdminNode {

  private final Parts parts;
  private final List<LoopView> views;
  private final Pulse pulse;

  /**
   * What it works with.
   *
   * @param neighbours whose questions about this node are answered from the start on
   * @param version of the program
   * @param unready why the node is not ready, in words such as {@code starting} or {@code
   *     draining}; empty when it is
   * @param config in force now
   * @param reload reads the configuration anew and takes it over
   */
  public record Parts(
      Broker broker,
      Neighbours neighbours,
      Hub hub,
      Metrics metrics,
      Supplier<Config> config,
      String version,
      Supplier<List<String>> unready,
      Supplier<Future<ReloadOutcome>> reload) {}

  /** A loop and the connections that it owns. */
  public record LoopView(Loop loop, Connections connections) {}

  /**
   * @param views of all loops, in the order of their numbers
   */
  public AdminNode(Parts parts, List<LoopView> views) {
    this.parts = parts;
    this.views = List.copyOf(views);
    this.pulse = new Pulse(views.stream().map(LoopView::loop).toList(), parts.metrics());
  }

  /** Registers the node's numbers, answers the other nodes, and watches its loops. Once. */
  public void start() {
    Metrics metrics = parts.metrics();
    metrics.describeProcess(parts.version());
    metrics.gauge(
        "sluice_connections",
        "Open streams, sockets and held polls",
        "transport",
        report -> {
          for (Transport transport : Transport.values()) {
            int open = views.stream().mapToInt(v -> v.connections().count(transport)).sum();
            report.value(transport.word(), open);
          }
        });
    metrics.gauge(
        "sluice_tls_certificate_not_after_timestamp_seconds",
        "Until when a listener's certificate is valid",
        "listener",
        report -> certificates(parts.config().get().listen().tls(), report));
    metrics.gauge("sluice_limit", "Bounds in force", "limit", this::limits);
    Neighbours neighbours = parts.neighbours();
    metrics.gauge(
        "sluice_cluster_members",
        "Nodes that are there, this one among them",
        () -> neighbours.nodes().size());
    metrics.gauge(
        "sluice_cluster_quorum",
        "Whether more than half of the nodes are there",
        () -> neighbours.hasQuorum() ? 1 : 0);
    neighbours.answerWith(new Answering(this)::answer);
    pulse.start();
  }

  private void limits(Metrics.LabelledGauge.Report report) {
    Config config = parts.config().get();
    report.value("channels.history-memory", (double) config.channels().historyBytes());
    report.value("channels.identity-memory", (double) config.channels().identityBytes());
    report.value("channels.floor.age", seconds(config.channels().floor().age()));
    report.value("channels.floor.bytes", (double) config.channels().floor().bytes());
    limits(config.limits(), report);
    limits(config.limits().delivery(), report);
    report.value("publish.max-answer", config.publish().maxAnswerBytes());
    report.value("publish.body-memory", (double) config.publish().bodies().memoryBytes());
    report.value("publish.body-timeout", seconds(config.publish().bodies().timeout()));
    report.value("publish.max-body", config.publish().maxBodyBytes());
    report.value("publish.max-depth", config.publish().maxDepth());
    report.value("publish.max-event", config.publish().maxEventBytes());
    report.value("publish.max-items", config.publish().maxItems());
    report.value("publish.publish-ids.max", config.publish().maxIds());
    report.value("routes[].upstream.pool.connections", least(config, Upstream.Pool::connections));
    report.value("routes[].upstream.pool.waiting", least(config, Upstream.Pool::waiting));
    report.value("websocket.max-message", config.websocket().maxMessageBytes());
    report.value("websocket.max-message-rate", config.websocket().maxMessageRate());
  }

  private static void certificates(Config.Tls tls, Metrics.LabelledGauge.Report report) {
    notAfter("public", tls.publicListener(), report);
    notAfter("publish", tls.publish(), report);
    notAfter("admin", tls.admin(), report);
  }

  private static void notAfter(
      String listener, Config.@Nullable Certificate shown, Metrics.LabelledGauge.Report report) {
    if (shown != null) {
      report.value(listener, (double) shown.notAfter().getEpochSecond());
    }
  }

  private static void limits(Config.Limits limits, Metrics.LabelledGauge.Report report) {
    report.value("limits.connections", limits.connections());
    report.value("limits.header", limits.headerBytes());
    report.value("limits.header-count", limits.door().headerCount());
    report.value("limits.header-timeout", seconds(limits.door().headerTimeout()));
    report.value("limits.idle", seconds(limits.door().idle()));
    report.value("limits.request-line", limits.requestLineBytes());
    report.value("limits.sockets", limits.door().sockets());
    report.value("limits.turned-away", limits.turnedAway());
  }

  private static void limits(Config.Delivery delivery, Metrics.LabelledGauge.Report report) {
    report.value("limits.catch-up", (double) delivery.catchUpBytes());
    report.value("limits.page", delivery.pageBytes());
    report.value("limits.page-events", delivery.pageEvents());
    report.value("limits.pages-per-turn", delivery.pagesPerTurn());
    report.value("limits.poll-answer", delivery.pollAnswerBytes());
    report.value("limits.recent", (double) delivery.recentBytes());
    report.value("limits.recent-age", seconds(delivery.recentAge()));
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  /** Of several upstreams the smallest bound: the first that can be hit. */
  private static int least(Config config, ToIntFunction<Upstream.Pool> bound) {
    return config.routes().stream()
        .map(Route::upstream)
        .filter(Objects::nonNull)
        .mapToInt(upstream -> bound.applyAsInt(upstream.pool()))
        .min()
        .orElse(bound.applyAsInt(Upstream.Pool.DEFAULT));
  }

  Parts parts() {
    return parts;
  }

  Pulse pulse() {
    return pulse;
  }

  /** Asks each loop about its connections, on that loop; complete when all have answered. */
  <T> Future<List<T>> askAll(Function<Connections, T> question) {
    List<Future<T>> answers = views.stream().map(view -> ask(view, question)).toList();
    return Future.all(answers).map(all -> answers.stream().map(Future::result).toList());
  }

  private static <T> Future<T> ask(LoopView view, Function<Connections, T> question) {
    Promise<T> promise = Promise.promise();
    view.loop()
        .run(
            () -> {
              try {
                promise.complete(question.apply(view.connections()));
              } catch (RuntimeException defect) {
                promise.fail(defect);
              }
            });
    return promise.future();
  }
}
