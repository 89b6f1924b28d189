package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.server.Subscriber.Told;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Publishers and clients that go from node to node. */
@Timeout(120)
final class ClusterClientsIT {

  private static ClusterGateways cluster;
  private static int rooms;

  private final String room = "moving" + rooms++;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    cluster = ClusterGateways.start(config());
  }

  private static Config config() {
    return TestGateway.config(
        TestGateway.push("/events/{channel}", "{channel}", Route.History.DEFAULT));
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void leavesNothingBehind() throws Exception {
    for (TestGateway node : cluster.all()) {
      node.awaitConnections(0);
    }
  }

  private Subscriber open(TestGateway node, Transport transport, @Nullable String cursor)
      throws Exception {
    return Subscriber.open(transport, node.port(Listener.PUBLIC), "/events/" + room, cursor);
  }

  private HttpRequest.Builder publishing(TestGateway node) {
    int port = node.port(Listener.PUBLISH);
    return HttpRequest.newBuilder(
        URI.create("http://127.0.0.1:" + port + "/channels/" + room + "/events"));
  }

  private JsonObject publish(HttpRequest.Builder request, String data) throws Exception {
    HttpResponse<String> answer =
        http.send(
            request.POST(HttpRequest.BodyPublishers.ofString(data)).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new JsonObject(answer.body());
  }

  @ParameterizedTest
  @EnumSource
  void eachNodeHearsWhatIsPublishedAtEach(Transport transport) throws Exception {
    List<Subscriber> readers = new ArrayList<>();
    try {
      for (TestGateway node : cluster.all()) {
        readers.add(open(node, transport, null));
      }
      for (int i = 0; i < 30; i++) {
        String cursor = cluster.node(i).publish(room, "event " + i);
        for (Subscriber reader : readers) {
          assertThat(reader.next()).isEqualTo(new Told.Event("event " + i, cursor));
        }
      }
    } finally {
      for (Subscriber reader : readers) {
        reader.close();
      }
    }
  }

  @Test
  void aPublishRepeatedAtAnotherNodeIsAnsweredAsAtFirst() throws Exception {
    try (Subscriber reader = open(cluster.node(1), Transport.SSE, null)) {
      JsonObject first =
          publish(publishing(cluster.node(0)).header("Idempotency-Key", "k"), "once");
      for (TestGateway node : cluster.all()) {
        JsonObject again = publish(publishing(node).header("Idempotency-Key", "k"), "once");
        assertThat(again.getString("cursor")).isEqualTo(first.getString("cursor"));
        assertThat(again.getBoolean("repeated")).isTrue();
      }
      String last = cluster.node(2).publish(room, "end");
      assertThat(reader.next()).isEqualTo(new Told.Event("once", first.getString("cursor")));
      assertThat(reader.next()).isEqualTo(new Told.Event("end", last));
    }
  }

  @Test
  void anotherBodyUnderTheSameKeyIsRefusedAtAnotherNode() throws Exception {
    publish(publishing(cluster.node(0)).header("Idempotency-Key", "k"), "once");
    HttpRequest other =
        publishing(cluster.node(1))
            .header("Idempotency-Key", "k")
            .POST(HttpRequest.BodyPublishers.ofString("another"))
            .build();
    assertThat(http.send(other, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(422);
  }

  /** Its readers are told to come back; on another node they go on where they were. */
  @Test
  void readersOfANodeThatStopsLoseNothingOnAnother() throws Exception {
    try (ClusterGateways stopping = ClusterGateways.start(config())) {
      String cursor = stopping.node(0).publish(room, "first");
      try (Subscriber sse = open(stopping.node(1), Transport.SSE, cursor);
          Subscriber socket = open(stopping.node(1), Transport.WEBSOCKET, cursor);
          PollSubscriber held =
              new PollSubscriber(
                  RawClient.connect(stopping.node(1).port(Listener.PUBLIC)),
                  "/events/" + room,
                  cursor,
                  20)) {
        String seen = stopping.node(2).publish(room, "seen");
        assertThat(sse.next()).isEqualTo(new Told.Event("seen", seen));
        assertThat(socket.next()).isEqualTo(new Told.Event("seen", seen));
        assertThat(held.next()).isEqualTo(new Told.Event("seen", seen));
        held.ask();
        stopping.node(1).awaitConnections(3);
        var stopped = stopping.node(1).gateway().stop().toCompletionStage().toCompletableFuture();
        assertThat(sse.next()).isEqualTo(new Told.End("draining"));
        assertThat(socket.next()).isEqualTo(new Told.End("1012 draining"));
        stopping.node(2).publish(room, "while it stops");
        stopped.join();
        stopping.node(0).publish(room, "after it");
        for (Transport transport : Transport.values()) {
          for (int node : new int[] {0, 2}) {
            try (Subscriber reader = open(stopping.node(node), transport, sse.cursor())) {
              assertThat(((Told.Event) reader.next()).data()).isEqualTo("while it stops");
              assertThat(((Told.Event) reader.next()).data()).isEqualTo("after it");
            }
          }
        }
      }
    }
  }
}
