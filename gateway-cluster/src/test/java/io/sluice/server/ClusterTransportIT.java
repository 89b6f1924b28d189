package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.Transport;
import io.sluice.server.Subscriber.Told;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Three nodes. Each publish, and each connection of a client, is at the node after the last one's:
 * a client comes back to another node than it was at, and most events come from elsewhere.
 */
@Timeout(240)
final class ClusterTransportIT extends TransportContract {

  private static ClusterGateways cluster;
  private static int tests;

  private int publishes;
  private int connections;

  @BeforeAll
  static void start() throws Exception {
    cluster = ClusterGateways.start(config());
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void next() {
    tests++;
    publishes = tests;
    connections = tests + 1;
  }

  @AfterEach
  void leavesNothingBehind() throws Exception {
    for (TestGateway node : cluster.all()) {
      node.awaitConnections(0);
    }
  }

  /** It is ahead of what the next node has heard: that is no gap, and nothing is missing. */
  @ParameterizedTest
  @EnumSource
  void aClientThatMovesOnAtOnceIsToldNoGapAndMissesNothing(Transport transport) throws Exception {
    int count = 300;
    String room = "moving-" + transport.word();
    String cursor = publish(room, "0");
    CompletableFuture<Void> publishing =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 1; i <= count; i++) {
                publishOrFail(room, Integer.toString(i));
              }
            });
    for (int seen = 0; seen < count; ) {
      try (Subscriber subscriber =
          Subscriber.open(transport, this::dial, "/events/" + room, cursor)) {
        Told told = subscriber.next();
        assertThat(told).isInstanceOf(Told.Event.class);
        assertThat(((Told.Event) told).data()).isEqualTo(Integer.toString(++seen));
        cursor = subscriber.cursor();
      }
    }
    publishing.join();
  }

  private void publishOrFail(String room, String data) {
    try {
      publish(room, data);
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Override
  String publish(String channel, String data) throws Exception {
    return cluster.node(publishes++).publish(channel, data);
  }

  @Override
  RawClient dial(int receiveBufferBytes) throws IOException {
    return RawClient.connect(cluster.node(connections++).port(Listener.PUBLIC), receiveBufferBytes);
  }
}
