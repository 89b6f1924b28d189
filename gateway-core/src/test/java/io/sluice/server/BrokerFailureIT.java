package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.server.FailingBroker.Call;
import io.sluice.server.Subscriber.Told;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A broker that cannot answer: what each client is told, and that nobody loses anything by it. */
final class BrokerFailureIT {

  private static final Route.History LARGE =
      new Route.History(100_000, 64 << 20, Duration.ofMinutes(2));

  private TestGateway gateway;
  private final FailingBroker broker = new FailingBroker();

  @BeforeEach
  void start() {
    Config config = TestGateway.config(TestGateway.push("/events/{channel}", "{channel}", LARGE));
    gateway = TestGateway.start(config, TestGateway.behind(broker::over));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @ParameterizedTest
  @EnumSource
  @Proves({"SSE-10", "SSE-11", "REF-2", "REF-4", "STA-4"})
  void aReaderThatCannotBeServedIsSentAwayAndResumesWithoutLoss(Transport transport)
      throws Exception {
    String cursor;
    try (Subscriber subscriber = open(transport, null)) {
      gateway.publish("room", "1");
      assertThat(data(subscriber)).isEqualTo("1");
      cursor = subscriber.cursor();
    }
    gateway.publish("room", "2");

    broker.fail(Call.FOLLOW);
    try (Subscriber away = open(transport, cursor)) {
      assertThat(away.next()).isEqualTo(end(transport));
      assertThat(away.cursor()).isIn(cursor, ""); // never past what it has
    }
    gateway.publish("room", "3");
    broker.heal();

    try (Subscriber subscriber = open(transport, cursor)) {
      gateway.publish("room", "4");
      assertThat(List.of(data(subscriber), data(subscriber), data(subscriber)))
          .containsExactly("2", "3", "4");
    }
    gateway.awaitConnections(0);
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"SSE", "WEBSOCKET"})
  @Proves({"SSE-11", "WS-16", "REF-4", "STA-4"})
  void aClientThatCatchesUpWhenReadingFailsIsSentAwayAndResumesWithoutLoss(Transport transport)
      throws Exception {
    int count = 1_000; // more than sockets and recent batches hold
    String filler = "x".repeat(20_000);
    List<String> expected = new ArrayList<>();
    List<String> got = new ArrayList<>();
    String cursor;
    try (Subscriber subscriber = open(transport, null)) {
      broker.fail(Call.READ); // it stops reading, falls behind, and no page can be read for it
      for (int i = 0; i < count; i++) {
        expected.add(i + filler);
        gateway.publish("room", i + filler);
      }
      Told told = subscriber.next();
      while (told instanceof Told.Event event) {
        got.add(event.data());
        told = subscriber.next();
      }
      assertThat(told).isEqualTo(end(transport));
      cursor = subscriber.cursor();
    }
    assertThat(got).hasSizeLessThan(count);
    broker.heal();
    try (Subscriber subscriber = open(transport, cursor)) {
      while (got.size() < count) {
        got.add(data(subscriber));
      }
    }
    assertThat(got).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource
  @Proves({"SSE-11", "WS-16", "REF-4", "STA-4"})
  void readersOfAChannelThatTheBrokerGivesUpAreSentAwayAndResumeWithoutLoss(Transport transport)
      throws Exception {
    if (transport == Transport.POLL) {
      return; // never waits, so that it is never found waiting
    }
    String cursor = gateway.publish("room", "1");
    List<Subscriber> subscribers = new ArrayList<>();
    for (int i = 0; i < 4; i++) { // on both loops
      subscribers.add(open(transport, cursor));
    }
    try {
      if (transport == Transport.LONG_POLL) {
        for (Subscriber each : subscribers) {
          ((PollSubscriber) each).ask();
        }
      }
      gateway.awaitConnections(4);
      broker.fail(Call.FOLLOW, Call.READ);
      broker.giveUpFollowed();
      for (Subscriber each : subscribers) {
        assertThat(each.next()).isEqualTo(end(transport));
        assertThat(each.cursor()).isEqualTo(cursor);
      }
    } finally {
      for (Subscriber each : subscribers) {
        each.close();
      }
    }
    gateway.publish("room", "2");
    broker.heal();
    try (Subscriber subscriber = open(transport, cursor)) {
      assertThat(data(subscriber)).isEqualTo("2");
    }
  }

  @Test
  @Proves("PUB-13")
  void aPublishThatCannotBeTakenNowIs503AndIsTakenOnceWhenItIsSentAgain() throws Exception {
    try (Subscriber subscriber = open(Transport.SSE, null);
        RawClient publisher = RawClient.connect(gateway.port(Listener.PUBLISH))) {
      broker.fail(Call.PUBLISH);
      assertThat(post(publisher, "once"))
          .startsWith("HTTP/1.1 503 ")
          .containsIgnoringCase("\r\nretry-after: ")
          .contains("\"slug\":\"unavailable\"", "no quorum");
      broker.heal();
      assertThat(post(publisher, "once")).startsWith("HTTP/1.1 200 ").doesNotContain("repeated");
      assertThat(post(publisher, "once")).startsWith("HTTP/1.1 200 ").contains("\"repeated\":true");
      assertThat(data(subscriber)).isEqualTo("once");
      String last = gateway.publish("room", "last");
      assertThat(subscriber.next()).isEqualTo(new Told.Event("last", last));
    }
  }

  @Test
  @Proves("PUB-13")
  void whatAsksTheBrokerOnThePrivateListenersIs503Too() throws Exception {
    broker.fail(Call.ASK, Call.FOLLOW);
    for (String target : List.of("/channels/room", "/channels/room/events")) {
      assertThat(gateway.get(Listener.PUBLISH, target)).contains("\"slug\":\"unavailable\"");
    }
    for (String target : List.of("/channels", "/channels/room")) {
      assertThat(gateway.get(Listener.ADMIN, target)).contains("\"slug\":\"unavailable\"");
    }
  }

  private static String post(RawClient publisher, String data) throws Exception {
    publisher.request(
        "POST /channels/room/events HTTP/1.1",
        "Host: localhost",
        "Idempotency-Key: k1",
        "Content-Length: " + data.length());
    publisher.send(data);
    return publisher.readUntil("}");
  }

  private static Told.End end(Transport transport) {
    return new Told.End(transport == Transport.WEBSOCKET ? "1013 unavailable" : "unavailable");
  }

  private Subscriber open(Transport transport, @Nullable String cursor) throws Exception {
    return Subscriber.open(transport, gateway.port(Listener.PUBLIC), "/events/room", cursor);
  }

  private static String data(Subscriber subscriber) throws Exception {
    Told told = subscriber.next();
    assertThat(told).isInstanceOf(Told.Event.class);
    return ((Told.Event) told).data();
  }
}
