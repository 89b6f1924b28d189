package io.sluice.publish;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.sluice.access.PublishAccess;
import io.sluice.channel.Broker;
import io.sluice.channel.History;
import io.sluice.channel.RealLoops;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.hub.HubSettings;
import io.sluice.channel.local.LocalBroker;
import io.sluice.channel.log.Floor;
import io.sluice.config.Config;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.config.Routes;
import io.sluice.metrics.Metrics;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullMarked;

/** The listener publish on two real loops over the local broker. */
@NullMarked
final class PublishBed {

  /** Channels {@code room-*} have a route. */
  private static final Routes ROUTES = routes("/chat/{room}", "room-{room}");

  private static Routes routes(String path, String channel) {
    Route.Push usual = Route.Push.DEFAULT;
    Route.Push push =
        new Route.Push(
            channel,
            usual.select(),
            usual.transports(),
            usual.origins(),
            usual.heartbeat(),
            usual.retryMin(),
            usual.retryMax(),
            usual.poll(),
            usual.history(),
            usual.compression());
    return new Routes(List.of(new Route(PathTemplate.parse(path), push, null)));
  }

  final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  final Metrics metrics = new Metrics();
  final LocalBroker local;
  final int port;
  volatile boolean draining;
  volatile Routes routes = ROUTES;

  /** From now on channels {@code news-*} have a route, and no others. */
  void replaceRoutes() {
    routes = routes("/news/{topic}", "news-{topic}");
  }

  private final HttpClient client = HttpClient.newHttpClient();

  PublishBed(Config.Publish config, UnaryOperator<Broker> broker) throws Exception {
    RealLoops loops = new RealLoops(vertx);
    SplittableRandom seeds = new SplittableRandom(5);
    local =
        new LocalBroker(
            loops.all(),
            new LocalBroker.Settings(
                channel -> History.DEFAULT,
                new Floor(256 << 10, 2_000),
                1 << 26,
                1 << 24,
                86_400_000,
                config.keepIds().toMillis(),
                config.maxIds(),
                System::currentTimeMillis),
            seeds::split,
            metrics);
    Hub hub = new Hub(loops.all(), local, HubSettings.usual(), metrics);
    var parts =
        new PublishApi.Parts(
            broker.apply(local),
            hub,
            new PublishAccess(config),
            config,
            metrics,
            () -> routes,
            new BodyBudget(config.bodies().memoryBytes(), metrics),
            () -> draining);
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
      free = bound.get(10, TimeUnit.SECONDS);
    }
    port = free;
  }

  PublishBed() throws Exception {
    this(Config.Publish.DEFAULT, broker -> broker);
  }

  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  /** A request with headers as name, value, …; the target is sent as it is. */
  HttpResponse<String> send(String method, String target, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> post(String target, String body, String... headers) throws Exception {
    return send("POST", target, body, headers);
  }

  HttpResponse<String> items(String body) throws Exception {
    return post("/events", body, "Content-Type", "application/json");
  }

  /** The history of a channel. */
  JsonArray events(String channel) throws Exception {
    return json(send("GET", "/channels/" + channel + "/events", "")).getJsonArray("events");
  }

  static JsonObject json(HttpResponse<String> response) {
    return new JsonObject(response.body());
  }

  /** Sends bytes as they are and reads until the server closes, or a text has come. */
  String raw(String request, String until) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
      return read(socket, until);
    }
  }

  static String read(Socket socket, String until) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] piece = new byte[8192];
    int n = 0;
    while (n >= 0 && (until.isEmpty() || !bytes.toString(ISO_8859_1).contains(until))) {
      n = socket.getInputStream().read(piece);
      bytes.write(piece, 0, Math.max(0, n));
    }
    return bytes.toString(ISO_8859_1);
  }
}
