package io.sluice.server;

import io.sluice.channel.Broker;
import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A real gateway on free ports of the loopback interface, with two loops; of several nodes where
 * {@link TestSite} says so. Then each connection to {@link #port} goes to another node than the one
 * before, and who publishes is at another node than who connected last.
 */
final class TestGateway implements AutoCloseable {

  private static final int WAIT_S = 30;

  private final List<Gateway> nodes;
  private final AtomicInteger turn = new AtomicInteger();
  private final HttpClient http = HttpClient.newHttpClient();

  private TestGateway(List<Gateway> nodes) {
    this.nodes = List.copyOf(nodes);
  }

  static TestGateway start() {
    return start(config());
  }

  /** Fails with what {@link Gateway#start} fails with, in a CompletionException. */
  static TestGateway start(Config config) {
    ConfigReader.Result.Accepted accepted = new ConfigReader.Result.Accepted(config);
    return start(accepted, () -> accepted);
  }

  /** The same with a configuration that can be read anew. */
  static TestGateway start(
      ConfigReader.Result.Accepted first, Supplier<ConfigReader.Result> source) {
    TestSite site = TestSite.here();
    return of(site.nodes(), first, source, site.brokers());
  }

  /** At the same time; if one fails, all are stopped. */
  private static TestGateway of(
      int nodes,
      ConfigReader.Result.Accepted first,
      Supplier<ConfigReader.Result> source,
      BrokerFactory brokers) {
    List<CompletableFuture<Gateway>> starting =
        IntStream.range(0, nodes)
            .mapToObj(
                node ->
                    CompletableFuture.supplyAsync(
                        () -> one(first, source, brokers), task -> new Thread(task).start()))
            .toList();
    List<Gateway> started = new ArrayList<>();
    starting.forEach(each -> each.handle((node, no) -> node != null && started.add(node)).join());
    TestGateway gateway = new TestGateway(started);
    if (started.size() < nodes) {
      gateway.stop();
      starting.forEach(CompletableFuture::join);
    }
    return gateway;
  }

  /** The usual broker behind another one. */
  static BrokerFactory behind(UnaryOperator<Broker> front) {
    return parts -> {
      BrokerFactory.Made made = BrokerFactory.LOCAL.make(parts);
      return new BrokerFactory.Made(front.apply(made.broker()), made.neighbours());
    };
  }

  /** One node over another broker. */
  static TestGateway start(Config config, BrokerFactory brokers) {
    ConfigReader.Result.Accepted accepted = new ConfigReader.Result.Accepted(config);
    return of(1, accepted, () -> accepted, brokers);
  }

  private static Gateway one(
      ConfigReader.Result.Accepted first,
      Supplier<ConfigReader.Result> source,
      BrokerFactory brokers) {
    return Gateway.start(first, source, brokers)
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(WAIT_S, TimeUnit.SECONDS)
        .join();
  }

  /** Free ports, two loops, no routes. */
  static Config config(Route... routes) {
    return config(2, routes);
  }

  /** Free ports and so many loops. */
  static Config config(int loops, Route... routes) {
    Config.Address free = new Config.Address("127.0.0.1", 0);
    return new Config(
        new Config.Listen(free, free, free),
        Config.Publish.DEFAULT,
        Config.Channels.DEFAULT,
        Config.Limits.DEFAULT,
        Config.WebSocket.DEFAULT,
        null,
        Duration.ofSeconds(10),
        loops,
        List.of(routes));
  }

  /** The public listener speaks TLS. */
  static Config with(Config config, TestCertificate certificate) {
    Config.Listen listen = config.listen();
    return with(
        config,
        new Config.Listen(
            listen.publicAddress(),
            listen.publish(),
            listen.admin(),
            new Config.Tls(certificate.configured(), null, null)));
  }

  static Config with(Config config, Config.Listen listen) {
    return new Config(
        listen,
        config.publish(),
        config.channels(),
        config.limits(),
        config.websocket(),
        config.state(),
        config.drain(),
        config.eventLoops(),
        config.routes());
  }

  static Config with(Config config, @Nullable Path state) {
    return new Config(
        config.listen(),
        config.publish(),
        config.channels(),
        config.limits(),
        config.websocket(),
        state,
        config.drain(),
        config.eventLoops(),
        config.routes());
  }

  static Config with(Config config, Duration drain) {
    return new Config(
        config.listen(),
        config.publish(),
        config.channels(),
        config.limits(),
        config.websocket(),
        config.state(),
        drain,
        config.eventLoops(),
        config.routes());
  }

  static Config with(Config config, Config.Limits limits) {
    return new Config(
        config.listen(),
        config.publish(),
        config.channels(),
        limits,
        config.websocket(),
        config.state(),
        config.drain(),
        config.eventLoops(),
        config.routes());
  }

  /** A push route for every channel, open to all, with a history of its own. */
  static Route push(String path, String channel, Route.History history) {
    Route.Push usual = Route.Push.DEFAULT;
    Route.Push push =
        new Route.Push(
            channel,
            List.of(),
            usual.transports(),
            usual.origins(),
            usual.heartbeat(),
            usual.retryMin(),
            usual.retryMax(),
            usual.poll(),
            history,
            usual.compression());
    return new Route(PathTemplate.parse(path), push, null);
  }

  /** Publishes text; returns the event's cursor. */
  String publish(String channel, String data) throws Exception {
    return published(channel, data).getString("cursor");
  }

  /** Publishes text; returns the result. */
  JsonObject published(String channel, String data) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + port(Listener.PUBLISH)
                        + "/channels/"
                        + channel
                        + "/events"))
            .POST(HttpRequest.BodyPublishers.ofString(data))
            .build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(answer.statusCode() + " " + answer.body());
    }
    return new JsonObject(answer.body());
  }

  /** The body of a GET on a listener. */
  String get(Listener listener, String target) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port(listener) + target)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  /** What every node answers on its admin listener. */
  private List<String> ofAll(String target) throws Exception {
    List<String> all = new ArrayList<>();
    for (Gateway node : nodes) {
      int port = node.address(Listener.ADMIN).port();
      URI uri = URI.create("http://127.0.0.1:" + port + target);
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      all.add(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
    return all;
  }

  /** Waits until so many streams, sockets and held polls are open. */
  void awaitConnections(int count) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    while (connections() != count) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(ofAll("/connections?limit=1").toString());
      }
      Thread.onSpinWait();
    }
  }

  private int connections() throws Exception {
    int open = 0;
    for (String answer : ofAll("/connections?limit=1")) {
      open += new JsonObject(answer).getInteger("open");
    }
    return open;
  }

  /** The pages of all metrics, one behind the other. */
  String metrics() throws Exception {
    return String.join("\n", ofAll("/metrics"));
  }

  /** What a metric says, with its labels as on the page, of all nodes; 0 if it is not there. */
  double metric(String name) throws Exception {
    return metrics()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .sum();
  }

  /** Waits until a metric says so. */
  void awaitMetric(String name, double value) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    while (metric(name) != value) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(name + " = " + metric(name) + ", expected " + value);
      }
      Thread.onSpinWait();
    }
  }

  /** Of one node: see above. The admin listener is always the first one's. */
  int port(Listener listener) {
    int node =
        switch (listener) {
          case PUBLIC -> turn.incrementAndGet();
          case PUBLISH -> turn.get() + 1;
          case ADMIN -> 0;
        };
    return nodes.get(node % nodes.size()).address(listener).port();
  }

  /** How many nodes it has. */
  int nodes() {
    return nodes.size();
  }

  /** Every node takes over what its configuration says now. */
  void reload() {
    Future.all(nodes.stream().map(Gateway::reload).toList())
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(WAIT_S, TimeUnit.SECONDS)
        .join();
  }

  /** The first one. */
  Gateway gateway() {
    return nodes.get(0);
  }

  void stop() {
    Future.all(nodes.stream().map(Gateway::stop).toList())
        .toCompletionStage()
        .toCompletableFuture()
        .orTimeout(2 * WAIT_S, TimeUnit.SECONDS)
        .join();
  }

  @Override
  public void close() {
    stop();
  }
}
