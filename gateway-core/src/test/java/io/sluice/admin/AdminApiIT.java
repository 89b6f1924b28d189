package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.History;
import io.sluice.channel.Loop;
import io.sluice.channel.RealLoops;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.hub.HubSettings;
import io.sluice.channel.local.LocalBroker;
import io.sluice.channel.log.Floor;
import io.sluice.channel.nodes.FakeNeighbours;
import io.sluice.channel.nodes.Neighbours;
import io.sluice.config.Config;
import io.sluice.config.ConfigProblem;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.CloseReason;
import io.sluice.http.Connections;
import io.sluice.http.HostRule;
import io.sluice.metrics.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The listener admin over real sockets and two loops. */
class AdminApiIT {

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<AdminNode.LoopView> views = new ArrayList<>();
  private volatile List<String> unready = List.of();
  private volatile ReloadOutcome reload = new ReloadOutcome.Stopping();
  private final FakeNeighbours neighbours = new FakeNeighbours();
  private LocalBroker broker;
  private int port;

  /** A connection that stands still. */
  private record Idle(String id, Transport transport, List<String> reads)
      implements Connections.Connection {
    @Override
    public Route.Push route() {
      return Route.Push.DEFAULT;
    }

    @Override
    public String remote() {
      return "192.0.2.1:4711";
    }

    @Override
    public Collection<String> channels() {
      return reads;
    }

    @Override
    public String cursor() {
      return "1x";
    }

    @Override
    public long openedMs() {
      return 0;
    }

    @Override
    public long events() {
      return 7;
    }

    @Override
    public void close(CloseReason reason) {
      throw new AssertionError("nobody closes it");
    }
  }

  @BeforeEach
  void start() throws Exception {
    RealLoops loops = new RealLoops(vertx);
    Metrics metrics = new Metrics();
    SplittableRandom seeds = new SplittableRandom(3);
    var settings =
        new LocalBroker.Settings(
            channel -> History.DEFAULT,
            new Floor(256 << 10, 2_000),
            1 << 20,
            1 << 20,
            86_400_000,
            1000,
            10,
            System::currentTimeMillis);
    broker = new LocalBroker(loops.all(), settings, seeds::split, metrics);
    Hub hub = new Hub(loops.all(), broker, HubSettings.usual(), metrics);
    loops.all().forEach(loop -> views.add(new AdminNode.LoopView(loop, new Connections())));
    var parts =
        new AdminNode.Parts(
            broker,
            neighbours,
            hub,
            metrics,
            () -> Config.DEFAULT,
            "test",
            () -> unready,
            () -> Future.succeededFuture(reload));
    AdminNode node = new AdminNode(parts, views);
    node.start();
    CompletableFuture<Integer> bound = new CompletableFuture<>();
    loops.on(
        0,
        () -> {
          Router router = Router.router(vertx);
          new AdminApi(node, loops.all().get(0), HostRule.LOOPBACK).mount(router);
          vertx
              .createHttpServer()
              .requestHandler(router)
              .listen(0, "127.0.0.1")
              .onSuccess(server -> bound.complete(server.actualPort()))
              .onFailure(bound::completeExceptionally);
        });
    port = bound.get(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void aNodeWhoseLoopsRunIsAlive() throws Exception {
    assertThat(get("/livez").statusCode()).isEqualTo(200);
    assertThat(get("/healthz").body()).isEqualTo("{\"live\":true}");
  }

  @Test
  void readinessSaysWhyNot() throws Exception {
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    assertThat(get("/readyz").body()).isEqualTo("{\"ready\":true}");

    unready = List.of("draining");
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").body()).isEqualTo("{\"ready\":false,\"reasons\":[\"draining\"]}");
  }

  @Test
  void metricsComeInTheFormatThatIsAskedFor() throws Exception {
    var plain = get("/metrics");
    var open = get("/metrics", "Accept", "application/openmetrics-text; version=1.0.0");

    assertThat(plain.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
    assertThat(plain.body()).contains("# TYPE sluice_channels gauge");
    assertThat(open.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/openmetrics-text");
    assertThat(open.body()).contains("# TYPE sluice_build info").endsWith("# EOF\n");
  }

  @Test
  void channelsAreListedInPages() throws Exception {
    for (String channel : List.of("b", "a", "d", "c")) {
      publish(channel);
    }

    JsonObject first = new JsonObject(get("/channels?limit=3").body());
    JsonObject second =
        new JsonObject(get("/channels?limit=3&after=" + first.getString("next")).body());
    assertThat(names(first)).containsExactly("a", "b", "c");
    assertThat(names(second)).containsExactly("d");
    assertThat(second.containsKey("next")).isFalse();
    assertThat(first.getJsonArray("channels").getJsonObject(0).getJsonObject("readers").encode())
        .isEqualTo("{\"total\":0}");
  }

  @Test
  void theListCountsReadersOnAllNodes() throws Exception {
    publish("a");
    publish("b");
    neighbours.join("00000000000000b2", "{\"b\":4}");
    neighbours.join("00000000000000c3", "{\"a\":1,\"b\":2}");
    neighbours.join("00000000000000d4", null);
    JsonObject page = new JsonObject(get("/channels").body());
    assertThat(page.getJsonArray("channels").stream())
        .extracting(each -> ((JsonObject) each).getJsonObject("readers").getInteger("total"))
        .containsExactly(1, 6);
  }

  @Proves("NAM-3")
  @Test
  void aChannelOfAnyNameIsShownWithItsReaders() throws Exception {
    publish("a/b %");
    open(0, new Idle("1", Transport.SSE, List.of("a/b %", "x")));
    open(1, new Idle("2", Transport.SSE, List.of("a/b %")));
    open(1, new Idle("3", Transport.WEBSOCKET, List.of("x")));

    JsonObject shown = new JsonObject(get("/channels/a%2Fb%20%25").body());
    assertThat(shown.getString("channel")).isEqualTo("a/b %");
    assertThat(shown.getString("cursor")).startsWith("1");
    assertThat(shown.getString("epoch")).hasSize(16);
    assertThat(shown.getLong("offset")).isEqualTo(1);
    assertThat(shown.getJsonObject("history").encode()).isEqualTo("{\"count\":1,\"bytes\":1}");
    assertThat(shown.getJsonObject("readers").encode())
        .isEqualTo("{\"websocket\":0,\"sse\":2,\"long-poll\":0,\"poll\":0,\"total\":2}");
    assertThat(shown.getString("owner")).isEqualTo(FakeNeighbours.SELF);
    assertThat(shown.getJsonObject("nodes").encode())
        .isEqualTo("{\"00000000000000a1\":" + shown.getJsonObject("readers").encode() + "}");
  }

  @Test
  void readersOfAChannelAreThoseOfAllNodesThatAnswer() throws Exception {
    publish("room");
    open(0, new Idle("1", Transport.SSE, List.of("room")));
    neighbours.cluster(3, new Neighbours.State(1, 0, 0, 0));
    neighbours.join("00000000000000b2", "{\"sse\":1,\"poll\":0,\"websocket\":4,\"total\":5}");
    neighbours.join("00000000000000c3", null);

    JsonObject shown = new JsonObject(get("/channels/room").body());
    assertThat(shown.getJsonObject("readers").encode())
        .isEqualTo("{\"websocket\":4,\"sse\":2,\"long-poll\":0,\"poll\":0,\"total\":6}");
    JsonObject nodes = shown.getJsonObject("nodes");
    assertThat(nodes.getJsonObject(FakeNeighbours.SELF).getInteger("total")).isEqualTo(1);
    assertThat(nodes.getJsonObject("00000000000000b2").getInteger("total")).isEqualTo(5);
    assertThat(nodes.getJsonObject("00000000000000c3").encode()).isEqualTo("{\"answers\":false}");
  }

  @Test
  void aNodeAloneIsAMajorityOfOne() throws Exception {
    open(0, new Idle("1", Transport.SSE, List.of("a", "b")));
    open(1, new Idle("2", Transport.WEBSOCKET, List.of("a")));

    assertThat(get("/nodes").body())
        .isEqualTo(
            "{\"size\":1,\"majority\":1,\"quorum\":true,\"nodes\":[{\"id\":\"00000000000000a1\","
                + "\"address\":\"\",\"version\":\"test\",\"self\":true,\"ready\":true,"
                + "\"reasons\":[],\"connections\":2,\"readers\":3}]}");
    assertThat(get("/metrics").body())
        .contains("sluice_cluster_members 1.0", "sluice_cluster_quorum 1.0");
  }

  @Test
  void eachNodeTellsOfItselfAndOneThatIsSilentIsShownAsSuch() throws Exception {
    unready = List.of("no-quorum");
    neighbours.cluster(5, new Neighbours.State(7, 1, 2, 300));
    neighbours.join("00000000000000b2", null);

    JsonObject nodes = new JsonObject(get("/nodes").body());
    assertThat(nodes.getInteger("size")).isEqualTo(5);
    assertThat(nodes.getInteger("majority")).isEqualTo(3);
    assertThat(nodes.getBoolean("quorum")).isFalse();
    JsonObject self = nodes.getJsonArray("nodes").getJsonObject(0);
    assertThat(self.getJsonArray("reasons").encode()).isEqualTo("[\"no-quorum\"]");
    assertThat(self.getInteger("follows")).isEqualTo(7);
    assertThat(self.getJsonObject("lag").encode())
        .isEqualTo("{\"channels-behind\":1,\"waiting-bytes\":2,\"compared-ms\":300}");
    assertThat(nodes.getJsonArray("nodes").getJsonObject(1).encode())
        .isEqualTo(
            "{\"id\":\"00000000000000b2\",\"address\":\"192.0.2.1:5701\",\"version\":\"test\","
                + "\"self\":false,\"answers\":false}");
    assertThat(get("/metrics").body())
        .contains("sluice_cluster_members 2.0", "sluice_cluster_quorum 0.0");
  }

  @Test
  void connectionsOfAllLoopsAreListedInPages() throws Exception {
    open(0, new Idle("c1", Transport.SSE, List.of("a")));
    open(1, new Idle("c2", Transport.WEBSOCKET, List.of("a", "b")));
    open(0, new Idle("c3", Transport.LONG_POLL, List.of("b")));

    JsonObject first = new JsonObject(get("/connections?limit=2").body());
    JsonObject second = new JsonObject(get("/connections?limit=2&after=c2").body());
    JsonObject readers = new JsonObject(get("/connections?channel=b").body());

    assertThat(first.getInteger("open")).isEqualTo(3);
    assertThat(ids(first)).containsExactly("c1", "c2");
    assertThat(first.getString("next")).isEqualTo("c2");
    assertThat(ids(second)).containsExactly("c3");
    assertThat(ids(readers)).containsExactly("c2", "c3");
    assertThat(first.getJsonArray("connections").getJsonObject(1).encode())
        .isEqualTo(
            "{\"id\":\"c2\",\"transport\":\"websocket\",\"remote\":\"192.0.2.1:4711\","
                + "\"channels\":[\"a\",\"b\"],\"cursor\":\"1x\","
                + "\"opened\":\"1970-01-01T00:00:00Z\",\"events\":7}");
    assertThat(get("/metrics").body()).contains("sluice_connections{transport=\"sse\"} 1");
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/nothing,404",
    "GET,/,404",
    "GET,/channels/unknown,404",
    "GET,/channels?limit=0,400",
    "GET,/channels?limti=3,400",
    "GET,/channels/room?after=a,400",
    "GET,/connections?chanel=room,400",
    "GET,/nodes?limit=1,400",
    "GET,/livez?from=probe,200",
    "GET,/connections?limit=1001,400",
    "GET,/channels/%ff,400",
    "POST,/metrics,405",
    "DELETE,/channels/a,405",
    "HEAD,/livez,200"
  })
  void anythingElseIsAProblem(String method, String target, int status) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(status);
  }

  private HttpResponse<String> reload(String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/reload"))
            .POST(HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aReloadTellsWhatItDidOrWhyNot() throws Exception {
    assertThat(get("/reload").statusCode()).isEqualTo(405);
    assertThat(reload().statusCode()).isEqualTo(503);

    reload = new ReloadOutcome.Applied(new ReloadOutcome.Routes(3, 2, 0, 1), 70, List.of("listen"));
    assertThat(reload().body())
        .isEqualTo(
            "{\"reloaded\":true,\"routes\":{\"kept\":3,\"changed\":2,\"added\":0,\"removed\":1},"
                + "\"connections-ended\":70,\"restart\":[\"listen\"]}");

    reload =
        new ReloadOutcome.Refused(
            List.of(new ConfigProblem("a.yaml", 2, 3, "drain", "5", "0s to 10m", "add a unit")));
    HttpResponse<String> refused = reload();
    assertThat(refused.statusCode()).isEqualTo(422);
    assertThat(refused.body())
        .contains(
            "\"text\":\"a.yaml:2:3 drain = 5 (expected 0s to 10m): add a unit\"", "\"line\":2");
  }

  @Test
  void pagesInABrowserMayNotReload() throws Exception {
    assertThat(reload("Origin", "http://evil.example").statusCode()).isEqualTo(403);
    assertThat(reload("Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
  }

  private void publish(String channel) throws Exception {
    var publication =
        new Broker.Publication(
            new Broker.PublishId("x", false), null, null, Event.Kind.TEXT, new byte[] {'x'});
    broker
        .publish(channel, publication)
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private void open(int index, Connections.Connection connection) throws Exception {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Loop loop = views.get(index).loop();
    loop.execute(
        () -> {
          views.get(index).connections().add(connection);
          done.complete(null);
        });
    done.get(10, TimeUnit.SECONDS);
  }

  private HttpResponse<String> get(String target, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static List<String> names(JsonObject page) {
    return page.getJsonArray("channels").stream()
        .map(each -> ((JsonObject) each).getString("channel"))
        .toList();
  }

  private static List<String> ids(JsonObject page) {
    return page.getJsonArray("connections").stream()
        .map(each -> ((JsonObject) each).getString("id"))
        .toList();
  }
}
