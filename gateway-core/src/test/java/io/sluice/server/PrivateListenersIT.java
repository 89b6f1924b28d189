package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** By which names the listeners on loopback may be called, and what comes of the HTTP/2 preface. */
final class PrivateListenersIT {

  private static TestGateway gateway;

  @BeforeAll
  static void start() throws Exception {
    Route push = new Route(PathTemplate.parse("/events/{channel}"), Route.Push.DEFAULT, null);
    gateway = TestGateway.start(TestGateway.config(push));
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
  }

  private static String ask(Listener listener, String line, String host) throws Exception {
    try (RawClient client = RawClient.connect(gateway.port(listener))) {
      client.request(line + " HTTP/1.1", "Host: " + host, "Connection: close", "Content-Length: 0");
      return client.readAll();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "PUBLISH,GET /channels/a",
    "PUBLISH,GET /channels/a/events",
    "PUBLISH,POST /channels/a/events",
    "PUBLISH,DELETE /channels/a/events",
    "ADMIN,GET /livez",
    "ADMIN,GET /metrics",
    "ADMIN,GET /connections",
    "ADMIN,POST /reload"
  })
  @Proves("PUB-17")
  void aPageThatMadeItsNameMeanThisMachineIsRefused(Listener listener, String line)
      throws Exception {
    double before = refused();
    assertThat(ask(listener, line, "evil.example"))
        .startsWith("HTTP/1.1 403 ")
        .contains("application/problem+json", "\"slug\":\"forbidden\"", "127.0.0.1");
    assertThat(refused()).isEqualTo(before + 1);
    assertThat(ask(listener, line, "localhost:" + gateway.port(listener)))
        .doesNotStartWith("HTTP/1.1 403 ");
    assertThat(refused()).isEqualTo(before + 1);
  }

  private static double refused() throws Exception {
    return gateway.metric("sluice_requests_malformed_total{slug=\"forbidden\"}");
  }

  @ParameterizedTest
  @CsvSource({"PUBLISH,POST /channels/a/events", "ADMIN,POST /reload"})
  @Proves("PUB-10")
  void whatAPageSendsIsRefusedAndCountedByWhateverName(Listener listener, String line)
      throws Exception {
    double before = refused();
    try (RawClient client = RawClient.connect(gateway.port(listener))) {
      client.request(
          line + " HTTP/1.1",
          "Host: localhost",
          "Origin: https://evil.example",
          "Connection: close",
          "Content-Length: 0");
      assertThat(client.readAll()).startsWith("HTTP/1.1 403 ");
    }
    assertThat(refused()).isEqualTo(before + 1);
  }

  @Test
  @Proves("PUB-17")
  void theListenerOfClientsGoesByAnyName() throws Exception {
    assertThat(ask(Listener.PUBLIC, "GET /nothing", "app.example")).startsWith("HTTP/1.1 404 ");
  }

  @ParameterizedTest
  @CsvSource({"PUBLIC", "PUBLISH", "ADMIN"})
  @Proves("REF-1")
  void thePrefaceOfHttp2IsRefusedAsAProblem(Listener listener) throws Exception {
    try (RawClient client = RawClient.connect(gateway.port(listener))) {
      client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      assertThat(client.readAll())
          .startsWith("HTTP/1.1 505 ")
          .contains("application/problem+json", "\"slug\":\"version-not-supported\"")
          .containsIgnoringCase("\r\nconnection: close\r\n");
    }
  }
}
