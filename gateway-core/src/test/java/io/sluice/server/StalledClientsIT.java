package io.sluice.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.sluice.Proves;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.http.guard.Door;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Clients of plain requests that do not read their answers ({@code limits.stalled}). */
@Timeout(240)
final class StalledClientsIT {

  private static final int SMALL = 4 << 10;

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private TestGateway gateway;

  @BeforeEach
  void start() {
    Config.Limits usual = Config.Limits.DEFAULT;
    Config.Limits limits =
        new Config.Limits(
            usual.connections(),
            usual.turnedAway(),
            Duration.ofMillis(600),
            usual.requestLineBytes(),
            usual.headerBytes(),
            usual.delivery(),
            usual.door());
    gateway =
        TestGateway.start(
            TestGateway.with(
                TestGateway.config(
                    TestGateway.push("/events/{channel}", "{channel}", Route.History.DEFAULT)),
                limits));
    log.start();
    ((Logger) LoggerFactory.getLogger(Door.class)).addAppender(log);
  }

  @AfterEach
  void stop() {
    ((Logger) LoggerFactory.getLogger(Door.class)).detachAppender(log);
    gateway.close();
  }

  private RawClient narrow(Listener listener) throws IOException {
    return RawClient.connect(gateway.port(listener), SMALL);
  }

  private void isToldAsStalled(int count) throws Exception {
    gateway.awaitMetric("sluice_stalled_total", count);
    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .hasSize(count)
        .allMatch(line -> line.contains("reason=stalled") && line.contains("remote=/127.0.0.1:"));
  }

  /** It is not read either while its results wait (PUB-6): its own writes end with the cut. */
  @Test
  @Proves("PUB-6")
  void aPublisherThatNeverReadsItsResultsIsCut() throws Exception {
    String line = "{\"channel\":\"" + "x".repeat(250) + "\",\"data\":1}\n";
    String lines = line.repeat(200);
    byte[] chunk =
        (Integer.toHexString(lines.length()) + "\r\n" + lines + "\r\n").getBytes(US_ASCII);
    try (RawClient client = narrow(Listener.PUBLISH)) {
      client.request(
          "POST /events HTTP/1.1",
          "Host: localhost",
          "Content-Type: application/x-ndjson",
          "Transfer-Encoding: chunked");
      boolean cut = false;
      while (!cut) {
        try {
          client.send(chunk);
        } catch (SocketException broken) {
          cut = true;
        }
      }
      isToldAsStalled(1);
      gateway.awaitMetric("sluice_publish_body_bytes", 0);
    }
    assertThat(gateway.publish("other", "goes on")).isNotEmpty();
  }

  /** Vert.x by itself would wait for the last byte to be written before it closes. */
  @Test
  void aClientThatDoesNotReadItsAnswerIsCut() throws Exception {
    for (int i = 0; i < 60; i++) {
      gateway.publish("big", "x".repeat(16_000));
    }
    try (RawClient reader = narrow(Listener.PUBLISH);
        RawClient poller = narrow(Listener.PUBLIC)) {
      for (int i = 0; i < 10; i++) {
        reader.request("GET /channels/big/events HTTP/1.1", "Host: localhost");
        poller.request("GET /events/big?rewind=1000 HTTP/1.1", "Host: a");
      }
      isToldAsStalled(2);
      assertThat(reader.rest().length()).isLessThan(10_000_000);
      assertThat(poller.rest().length()).isLessThan(10_000_000);
    }
  }
}
