package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.ChannelPattern;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.config.Upstream;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where requests go, and where they never do. */
final class RoutingIT {

  private FakeUpstream upstream;
  private TestGateway gateway;

  @BeforeEach
  void start() throws Exception {
    upstream = new FakeUpstream();
    Route plain = TestGateway.push("/events/{channel}", "{channel}", Route.History.DEFAULT);
    Route.Push push = plain.push();
    assertThat(push).isNotNull();
    Route.Push selecting =
        new Route.Push(
            null,
            List.of(new ChannelPattern("open-*")),
            push.transports(),
            push.origins(),
            push.heartbeat(),
            push.retryMin(),
            push.retryMax(),
            push.poll(),
            push.history(),
            push.compression());
    gateway =
        TestGateway.start(
            TestGateway.config(
                plain,
                new Route(PathTemplate.parse("/select"), selecting, null),
                new Route(PathTemplate.parse("/both/{channel}"), push, Upstream.to(upstream.uri())),
                new Route(PathTemplate.parse("/next/{channel}"), push, null),
                new Route(PathTemplate.parse("/next/**"), null, Upstream.to(upstream.uri()))));
  }

  @AfterEach
  void stop() throws Exception {
    upstream.close();
    gateway.close();
  }

  @ParameterizedTest
  @EnumSource
  @Proves("SEL-1")
  void aChannelOutsideSelectIsForbidden(Transport transport) throws Exception {
    String answer = answer(transport, "/select?channel=secret");
    assertThat(answer).startsWith("HTTP/1.1 403 ").contains("\"slug\":\"forbidden\"");
    assertThat(answer(transport, "/events/room?channel=secret")).startsWith("HTTP/1.1 403 ");
  }

  @ParameterizedTest
  @EnumSource
  @Proves("NAM-2")
  void aSlashInsideASegmentIsNoChannel(Transport transport) throws Exception {
    assertThat(answer(transport, "/events/a%2Fb"))
        .startsWith("HTTP/1.1 400 ")
        .contains("\"slug\":\"bad-channel\"");
  }

  @Test
  @Proves("NEG-7")
  void otherMethodsGoToTheUpstreamOrTheNextMatchOrAreRefused() throws Exception {
    passed("POST /both/room HTTP/1.1");
    passed("PUT /next/room HTTP/1.1");
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      client.request("POST /events/room HTTP/1.1", "Host: a", "Content-Length: 0");
      assertThat(client.readUntil("}"))
          .startsWith("HTTP/1.1 405 ")
          .contains("\r\nAllow: GET, HEAD, OPTIONS\r\n")
          .contains("\"slug\":\"method-not-allowed\"");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /channels/room/events",
        "POST /events",
        "GET /channels/room",
        "DELETE /channels/room/events",
        "GET /livez",
        "GET /metrics",
        "GET /connections"
      })
  void publishAndAdminAreNeverReachedThroughThePublicListener(String request) throws Exception {
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      client.request(request + " HTTP/1.1", "Host: a", "Content-Length: 0");
      assertThat(client.readUntil("}")).startsWith("HTTP/1.1 404 ").contains("not-found");
    }
  }

  @Test
  void eachPrivateListenerServesItsOwn() throws Exception {
    assertThat(gateway.get(Listener.ADMIN, "/readyz")).contains("\"ready\":true");
    assertThat(gateway.get(Listener.PUBLISH, "/readyz")).contains("not-found");
    assertThat(gateway.get(Listener.ADMIN, "/events")).contains("not-found");
  }

  private void passed(String line) throws Exception {
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      client.request(line, "Host: a", "Content-Length: 0");
      RawClient app = upstream.next();
      assertThat(app.readUntil("\r\n\r\n")).startsWith(line);
      app.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      assertThat(client.readUntil("ok")).startsWith("HTTP/1.1 200 ");
    }
  }

  private String answer(Transport transport, String target) throws Exception {
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      switch (transport) {
        case WEBSOCKET -> client.request(WebSocketSubscriber.handshake(target, "sluice.v1.json"));
        case SSE -> client.request(get(target), "Host: a", "Accept: text/event-stream");
        case LONG_POLL -> client.request(get(target), "Host: a", "Prefer: wait=5");
        case POLL -> client.request(get(target), "Host: a");
      }
      return client.readUntil("\"}");
    }
  }

  private static String get(String target) {
    return "GET " + target + " HTTP/1.1";
  }
}
