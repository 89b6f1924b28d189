package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.nodes.Neighbours;
import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.server.BrokerFactory;
import io.sluice.server.Gateway;
import io.sluice.server.Listener;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the admin listener of any node tells of all of them. Each has logs of its own here. */
final class NodesIT {

  private final TestMembers members = new TestMembers(new Wire());
  private final List<Config.Address> addresses = TestMembers.free(3);
  private final List<Gateway> gateways = new ArrayList<>();
  private final List<InputStream> streams = new ArrayList<>();
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start() {
    for (int i = 0; i < 3; i++) {
      int index = i;
      Config config = config();
      ConfigReader.Result.Accepted accepted = new ConfigReader.Result.Accepted(config);
      gateways.add(join(Gateway.start(accepted, () -> accepted, parts -> make(parts, index))));
    }
    gateways.forEach(each -> TestMembers.await(() -> nodes(each).size() == 3));
  }

  private static Config config() {
    Config.Address free = new Config.Address("127.0.0.1", 0);
    return new Config(
        new Config.Listen(free, free, free),
        Config.Publish.DEFAULT,
        Config.Channels.DEFAULT,
        Config.Limits.DEFAULT,
        Config.WebSocket.DEFAULT,
        null,
        Duration.ofSeconds(10),
        1,
        List.of(new Route(PathTemplate.parse("/events/{channel}"), push(), null)));
  }

  private static Route.Push push() {
    Route.Push usual = Route.Push.DEFAULT;
    return new Route.Push(
        "{channel}",
        List.of(),
        usual.transports(),
        usual.origins(),
        usual.heartbeat(),
        usual.retryMin(),
        usual.retryMax(),
        usual.poll(),
        usual.history(),
        usual.compression());
  }

  private BrokerFactory.Made make(BrokerFactory.Parts parts, int index) {
    Question.Desk desk = new Question.Desk();
    Wire wire = new Wire().with(Wire.QUESTION, desk::arrived);
    Config.Cluster cluster =
        TestMembers.cluster(addresses, addresses.get(index), TestMembers.SECRET);
    var instance =
        members.start(
            cluster, ignored -> HazelcastSettings.of(cluster, parts.nodeId(), "1.2.3", wire));
    return new BrokerFactory.Made(
        BrokerFactory.LOCAL.make(parts).broker(),
        new HazelcastNeighbours(
            instance,
            cluster,
            desk,
            new HazelcastNeighbours.Condition() {
              @Override
              public Neighbours.State state() {
                return new Neighbours.State(index, 0, 0, 7);
              }

              @Override
              public @Nullable String hindrance() {
                return null;
              }
            }));
  }

  @AfterEach
  void stop() throws IOException {
    for (InputStream stream : streams) {
      stream.close();
    }
    gateways.forEach(each -> join(each.stop()));
    members.close();
  }

  private static <T> T join(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
  }

  private static HttpRequest.Builder request(Gateway gateway, Listener listener, String target) {
    Config.Address address = gateway.address(listener);
    return HttpRequest.newBuilder(
        URI.create("http://" + address.host() + ":" + address.port() + target));
  }

  private HttpResponse<String> get(Gateway gateway, String target) {
    return client
        .sendAsync(
            request(gateway, Listener.ADMIN, target).build(), HttpResponse.BodyHandlers.ofString())
        .join();
  }

  private List<JsonObject> nodes(Gateway gateway) {
    JsonArray nodes = new JsonObject(get(gateway, "/nodes").body()).getJsonArray("nodes");
    return nodes.stream().map(JsonObject.class::cast).toList();
  }

  private static String self(List<JsonObject> nodes) {
    List<String> ids =
        nodes.stream()
            .filter(node -> node.getBoolean("self"))
            .map(node -> node.getString("id"))
            .toList();
    assertThat(ids).hasSize(1);
    return ids.get(0);
  }

  private void publish(Gateway gateway) throws Exception {
    HttpRequest request =
        request(gateway, Listener.PUBLISH, "/channels/room/events")
            .POST(HttpRequest.BodyPublishers.ofString("x"))
            .build();
    assertThat(client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
  }

  private void read(Gateway gateway) throws Exception {
    HttpRequest request =
        request(gateway, Listener.PUBLIC, "/events/room")
            .header("Accept", "text/event-stream")
            .build();
    HttpResponse<InputStream> stream =
        client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    streams.add(stream.body());
    assertThat(stream.statusCode()).isEqualTo(200);
  }

  @Test
  void everyNodeTellsTheSameOfAllNodes() throws Exception {
    read(gateways.get(1));
    read(gateways.get(1));
    Set<Object> described = new HashSet<>();
    for (Gateway gateway : gateways) {
      JsonObject told = new JsonObject(get(gateway, "/nodes").body());
      assertThat(told.getInteger("size")).isEqualTo(3);
      assertThat(told.getInteger("majority")).isEqualTo(2);
      assertThat(told.getBoolean("quorum")).isTrue();
      List<JsonObject> nodes = nodes(gateway);
      assertThat(nodes)
          .allSatisfy(
              node -> {
                assertThat(node.getString("id")).matches("[0-9a-f]{16}");
                assertThat(node.getString("address")).startsWith("127.0.0.1:");
                assertThat(node.getString("version")).isEqualTo("1.2.3");
                assertThat(node.getBoolean("ready")).isTrue();
                assertThat(node.getJsonObject("lag").getInteger("compared-ms")).isEqualTo(7);
              });
      assertThat(nodes).extracting(node -> node.getInteger("readers")).containsOnlyOnce(2);
      assertThat(self(nodes)).isNotNull();
      nodes.forEach(node -> node.remove("self"));
      described.add(nodes);
    }
    assertThat(described).hasSize(1);
  }

  @Test
  void everyNodeTellsWhoReadsAChannelWhereAndWhoOwnsIt() throws Exception {
    for (Gateway gateway : gateways) {
      publish(gateway);
    }
    read(gateways.get(0));
    read(gateways.get(2));
    read(gateways.get(2));
    String first = self(nodes(gateways.get(0)));
    String second = self(nodes(gateways.get(1)));
    String third = self(nodes(gateways.get(2)));
    Set<String> owners = new HashSet<>();
    for (Gateway gateway : gateways) {
      JsonObject room = new JsonObject(get(gateway, "/channels/room").body());
      assertThat(room.getJsonObject("readers").getInteger("total")).isEqualTo(3);
      assertThat(room.getJsonObject("readers").getInteger("sse")).isEqualTo(3);
      JsonObject nodes = room.getJsonObject("nodes");
      assertThat(nodes.getJsonObject(first).getInteger("sse")).isEqualTo(1);
      assertThat(nodes.getJsonObject(second).getInteger("total")).isZero();
      assertThat(nodes.getJsonObject(third).getInteger("sse")).isEqualTo(2);
      owners.add(room.getString("owner"));
      JsonObject listed = new JsonObject(get(gateway, "/channels").body());
      assertThat(listed.getJsonArray("channels").getJsonObject(0).getJsonObject("readers").encode())
          .isEqualTo("{\"total\":3}");
    }
    assertThat(owners).hasSize(1).isSubsetOf(first, second, third);
  }

  @Test
  void aNodeThatStopsIsGoneFromTheOthersAndTheLastOneIsNoMajority() {
    String gone = self(nodes(gateways.get(0)));
    join(gateways.get(0).stop());
    Gateway other = gateways.get(1);
    TestMembers.await(() -> nodes(other).size() == 2);
    assertThat(nodes(other)).extracting(node -> node.getString("id")).doesNotContain(gone);
    assertThat(get(other, "/readyz").statusCode()).isEqualTo(200);
    assertThat(get(other, "/metrics").body())
        .contains("sluice_cluster_members 2.0", "sluice_cluster_quorum 1.0");

    join(gateways.get(2).stop());
    TestMembers.await(() -> get(other, "/readyz").statusCode() == 503);
    assertThat(get(other, "/readyz").body()).contains("no-quorum");
    assertThat(get(other, "/metrics").body())
        .contains("sluice_cluster_members 1.0", "sluice_cluster_quorum 0.0");
  }
}
