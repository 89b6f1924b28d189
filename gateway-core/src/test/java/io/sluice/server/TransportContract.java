package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.server.Subscriber.Told;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every transport does alike, each with its own bytes, whatever stands behind it: a gateway in
 * the clear or over TLS, or the nodes of a cluster.
 */
abstract class TransportContract {

  private static final Route.History LARGE =
      new Route.History(100_000, 64 << 20, Duration.ofMinutes(2));
  private static final Route.History SMALL = new Route.History(5, 1 << 20, Duration.ofMinutes(2));

  /** Of the gateway, or of each node. */
  static Config config() {
    return TestGateway.config(
        TestGateway.push("/small/{channel}", "small-{channel}", SMALL),
        TestGateway.push("/events/{channel}", "{channel}", LARGE));
  }

  /** Publishes; returns the event's cursor. */
  abstract String publish(String channel, String data) throws Exception;

  /** A new connection of a client, with a receive buffer of so many bytes; 0 for the usual. */
  abstract RawClient dial(int receiveBufferBytes) throws IOException;

  @ParameterizedTest
  @EnumSource
  void deliversWhatIsPublishedWhileItReads(Transport transport) throws Exception {
    try (Subscriber subscriber = open(transport, null)) {
      for (int i = 1; i <= 20; i++) {
        String cursor = publish("room", "event " + i);
        assertThat(subscriber.next()).isEqualTo(new Told.Event("event " + i, cursor));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @Proves({"STA-4", "CUR-4"})
  void resumesAfterItsCursorWithoutLossOrRepeat(Transport transport) throws Exception {
    String cursor;
    try (Subscriber subscriber = open(transport, null)) {
      publish("room", "1");
      publish("room", "2");
      assertThat(data(subscriber.next())).isEqualTo("1");
      cursor = subscriber.cursor();
    }
    publish("room", "3");
    try (Subscriber subscriber = open(transport, cursor)) {
      publish("room", "4");
      assertThat(data(subscriber, 3)).containsExactly("2", "3", "4");
    }
  }

  @Test
  @Proves({"CUR-4", "STA-4"})
  void oneCursorMovesThroughAllTransportsInEveryOrder() throws Exception {
    int published = 0;
    String cursor = null;
    for (Transport first : Transport.values()) {
      for (Transport second : Transport.values()) {
        for (Transport transport : List.of(first, second)) {
          try (Subscriber subscriber = open(transport, cursor)) {
            publish("room", "event " + ++published);
            assertThat(data(subscriber.next())).isEqualTo("event " + published);
            cursor = subscriber.cursor();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @Proves({"GAP-1", "GAP-2", "GAP-3"})
  void aCursorThatTheHistoryNoLongerHoldsIsToldAsGap(Transport transport) throws Exception {
    String old = publish("small-room", "1");
    for (int i = 2; i <= 10; i++) {
      publish("small-room", Integer.toString(i));
    }
    try (Subscriber subscriber = Subscriber.open(transport, this::dial, "/small/room", old)) {
      assertThat(subscriber.next())
          .isInstanceOf(Told.Gap.class)
          .extracting("reason")
          .isEqualTo("trimmed");
      assertThat(data(subscriber, 5)).containsExactly("6", "7", "8", "9", "10");
    }
  }

  @ParameterizedTest
  @EnumSource
  @Proves("BEAT-4")
  void aClientThatStopsReadingAndGoesOnGetsEverythingOnce(Transport transport) throws Exception {
    String filler = "x".repeat(20_000);
    int count = 300;
    List<String> expected = new ArrayList<>();
    try (Subscriber subscriber = open(transport, null)) {
      for (int i = 1; i <= count; i++) {
        expected.add(i + filler);
        publish("room", i + filler);
      }
      assertThat(data(subscriber, count)).isEqualTo(expected);
      publish("room", "live again");
      assertThat(data(subscriber.next())).isEqualTo("live again");
    }
  }

  private Subscriber open(Transport transport, @Nullable String cursor) throws Exception {
    return Subscriber.open(transport, this::dial, "/events/room", cursor);
  }

  private static String data(Told told) {
    assertThat(told).isInstanceOf(Told.Event.class);
    return ((Told.Event) told).data();
  }

  private static List<String> data(Subscriber subscriber, int count) throws Exception {
    List<String> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(data(subscriber.next()));
    }
    return all;
  }
}
