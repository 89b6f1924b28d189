package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.Proves;
import io.sluice.channel.nodes.FakeNeighbours;
import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.server.Subscriber.Told;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A gateway among others: when it may get traffic, and how it goes. */
final class NeighboursIT {

  private final FakeNeighbours neighbours = new FakeNeighbours();

  private BrokerFactory brokers() {
    return parts -> new BrokerFactory.Made(BrokerFactory.LOCAL.make(parts).broker(), neighbours);
  }

  private static Config config() {
    return TestGateway.config(
        TestGateway.push("/events/{channel}", "{channel}", Route.History.DEFAULT));
  }

  @Test
  void aNodeAloneHasAnIdOfItsOwnAndOwnsItsChannels() throws Exception {
    try (TestGateway gateway = TestGateway.start(config());
        TestGateway other = TestGateway.start(config())) {
      gateway.publish("room", "x");
      String id = id(gateway);
      assertThat(id).matches("[0-9a-f]{16}").isNotEqualTo(id(other));
      JsonObject room = new JsonObject(gateway.get(Listener.ADMIN, "/channels/room"));
      assertThat(room.getString("owner")).isEqualTo(id);
      assertThat(room.getJsonObject("nodes").fieldNames()).containsExactly(id);
    }
  }

  private static String id(TestGateway gateway) throws Exception {
    return new JsonObject(gateway.get(Listener.ADMIN, "/nodes"))
        .getJsonArray("nodes")
        .getJsonObject(0)
        .getString("id");
  }

  @Test
  void aNodeIsReadyWhenItsNeighboursAllowIt() throws Exception {
    try (TestGateway gateway = TestGateway.start(config(), brokers())) {
      assertThat(gateway.get(Listener.ADMIN, "/readyz")).isEqualTo("{\"ready\":true}");
      neighbours.unready("no-quorum");
      assertThat(gateway.get(Listener.ADMIN, "/readyz"))
          .isEqualTo("{\"ready\":false,\"reasons\":[\"no-quorum\"]}");
    }
  }

  @Test
  @Proves("REF-3")
  void itLeavesItsNeighboursWhenItsClientsAreGoneAndBeforeItsThreadsEnd() throws Exception {
    CompletableFuture<Boolean> open = new CompletableFuture<>();
    try (TestGateway gateway = TestGateway.start(config(), brokers());
        Subscriber reader =
            Subscriber.open(Transport.SSE, gateway.port(Listener.PUBLIC), "/events/room", null)) {
      int port = gateway.port(Listener.PUBLISH);
      gateway.publish("room", "x");
      assertThat(reader.next()).isInstanceOf(Told.Event.class);
      neighbours.leaving(
          () -> {
            open.complete(accepts(port));
            return Future.succeededFuture();
          });
      Future<Void> stopped = gateway.gateway().stop();
      assertThat(reader.next()).isEqualTo(new Told.End("draining"));
      assertThat(open.get(30, TimeUnit.SECONDS)).isFalse();
      join(stopped);
    }
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  @Test
  void aStopEndsAlsoWhereNobodyLetsItGo() {
    Promise<Void> never = Promise.promise();
    neighbours.leaving(never::future);
    Node node = Node.build(new ConfigReader.Result.Accepted(config()), brokers());
    join(Drain.end(node, 10));

    neighbours.leaving(() -> Future.failedFuture("the network is down"));
    Node other = Node.build(new ConfigReader.Result.Accepted(config()), brokers());
    join(Drain.end(other, 10));
  }

  @Test
  void aStartThatFailsLeavesToo() throws Exception {
    AtomicInteger left = new AtomicInteger();
    neighbours.leaving(
        () -> {
          left.incrementAndGet();
          return Future.succeededFuture();
        });
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Config.Address free = new Config.Address("127.0.0.1", 0);
      Config.Address used = new Config.Address("127.0.0.1", taken.getLocalPort());
      Config config = TestGateway.with(config(), new Config.Listen(used, free, free));
      assertThatThrownBy(() -> TestGateway.start(config, brokers()))
          .hasCauseInstanceOf(StartException.class);
    }
    assertThat(left).hasValue(1);
  }

  private static void join(Future<Void> future) {
    future.toCompletionStage().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }
}
