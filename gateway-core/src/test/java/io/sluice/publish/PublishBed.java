package io.sluice.publish;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.sluice.channel.Broker;
import io.sluice.channel.Cursor;
import io.sluice.config.Config;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.config.Routes;
import io.sluice.metrics.Metrics;
import io.sluice.server.TestSite;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullMarked;

/**
 * The listener publish of each node of {@link TestSite}, on two real loops. Each request and each
 * socket is to the next node.
 */
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

  private final List<PublishNode> nodes = new ArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();
  volatile boolean draining;
  volatile Routes routes = ROUTES;

  /** From now on channels {@code news-*} have a route, and no others. */
  void replaceRoutes() {
    routes = routes("/news/{topic}", "news-{topic}");
  }

  private final HttpClient client = HttpClient.newHttpClient();

  PublishBed(Config.Publish config, UnaryOperator<Broker> broker) throws Exception {
    this(config, broker, TestSite.here());
  }

  private PublishBed(Config.Publish config, UnaryOperator<Broker> broker, TestSite site)
      throws Exception {
    PublishNode.Shared shared =
        new PublishNode.Shared(config, site.brokers(), broker, () -> routes, () -> draining);
    for (int i = 0; i < site.nodes(); i++) {
      nodes.add(new PublishNode(shared));
    }
  }

  PublishBed() throws Exception {
    this(Config.Publish.DEFAULT, broker -> broker);
  }

  /** For what is of one node by its nature. */
  static PublishBed ofOneNode(Config.Publish config) throws Exception {
    return new PublishBed(config, broker -> broker, TestSite.ONE);
  }

  void close() throws Exception {
    for (PublishNode node : nodes) {
      node.close();
    }
  }

  /** Where the next request goes. */
  int port() {
    return nodes.get(turn.getAndIncrement() % nodes.size()).port;
  }

  /** A connection to the next node; a read of it ends after half a minute. */
  Socket connect() throws IOException {
    return connect(0);
  }

  /** The same with a receive buffer of so many bytes; 0 for the usual. */
  Socket connect(int receiveBufferBytes) throws IOException {
    Socket socket = new Socket();
    if (receiveBufferBytes > 0) {
      socket.setReceiveBufferSize(receiveBufferBytes);
    }
    socket.setSoTimeout(30_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), 30_000);
    return socket;
  }

  /** The sum of what the nodes have counted. */
  long counted(Function<Metrics, CounterDataPoint> metric) {
    return nodes.stream().mapToLong(node -> (long) metric.apply(node.metrics).get()).sum();
  }

  /** Bytes of bodies that are held. */
  double heldBytes() {
    return nodes.stream()
        .flatMap(node -> node.metrics.registry.scrape("sluice_publish_body_bytes"::equals).stream())
        .flatMap(snapshot -> snapshot.getDataPoints().stream())
        .mapToDouble(point -> ((GaugeSnapshot.GaugeDataPointSnapshot) point).getValue())
        .sum();
  }

  /** A request with headers as name, value, …; the target is sent as it is. */
  HttpResponse<String> send(String method, String target, String body, String... headers)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + target))
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

  static String item(String channel, String data) {
    return new JsonObject()
        .put("channel", channel)
        .toString()
        .replace("}", ",\"data\":" + data + "}");
  }

  static long offset(JsonObject result) {
    Cursor cursor = Cursor.parse(result.getString("cursor"));
    return Objects.requireNonNull(cursor).parts().get(0).position().offset();
  }

  static JsonObject json(HttpResponse<String> response) {
    return new JsonObject(response.body());
  }

  /** Sends bytes as they are and reads until the server closes, or a text has come. */
  String raw(String request, String until) throws IOException {
    try (Socket socket = connect()) {
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
