package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.TestCertificate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a connection after 101. */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
final class TunnelIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  private final ProxyBed.Beds beds;

  TunnelIT(boolean tls) {
    this.beds = new ProxyBed.Beds(tls ? certificate : null);
  }

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private static final int BIG = 24 << 20;
  private static final int CHUNK = 64 << 10;
  private static final long STOPPED_NS = 300_000_000;
  private static final String OK =
      String.join(
          "\r\n",
          "HTTP/1.1 101 Switching Protocols",
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
          "",
          "");

  private static final String[] HANDSHAKE = {
    "GET /ws?t=1 HTTP/1.1",
    "Host: app.example",
    "Connection: keep-alive, Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
  };

  private static RawClient accepted(ProxyBed bed, RawClient client) throws Exception {
    RawClient app = bed.upstream().next();
    app.readUntil("\r\n\r\n");
    app.send(OK);
    assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
    return app;
  }

  @Test
  void theHandshakePassesAndThenBytesBothWays() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client = bed.client(HANDSHAKE);
      RawClient app = bed.upstream().next();
      assertThat(app.readUntil("\r\n\r\n"))
          .startsWith("GET /ws?t=1 HTTP/1.1\r\n")
          .containsIgnoringCase("\r\nupgrade: websocket\r\n")
          .containsIgnoringCase("\r\nconnection: upgrade\r\n")
          .contains("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
      app.send(OK + "early");
      assertThat(client.readUntil("early"))
          .startsWith("HTTP/1.1 101 ")
          .containsIgnoringCase("\r\nupgrade: websocket\r\n")
          .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
          .doesNotContainIgnoringCase("transfer-encoding")
          .doesNotContainIgnoringCase("content-length");
      client.send("up");
      assertThat(app.readUntil("up")).isEqualTo("up");
      app.send("down");
      assertThat(client.readUntil("down")).isEqualTo("down");
      bed.awaitMetric("sluice_tunnels", 1);
      client.close();
      assertThat(app.read()).isEqualTo(-1);
      app.close();
      bed.awaitMetric("sluice_tunnels", 0);
      bed.awaitMetric("sluice_upstream_requests_total{code=\"1xx\",route=\"/**\"}", 1);
    }
  }

  @Test
  void anAnswerThatIsNo101PassesAsItIs() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client = bed.client(HANDSHAKE);
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      app.send("HTTP/1.1 403 Forbidden\r\nX-Why: no\r\nContent-Length: 3\r\n\r\nno!");
      assertThat(client.readUntil("no!")).startsWith("HTTP/1.1 403 ").contains("X-Why: no");
      client.request("GET /next HTTP/1.1", "Host: a");
      RawClient other = bed.upstream().next();
      assertThat(other.readUntil("\r\n\r\n")).startsWith("GET /next ");
      other.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void theEndOfOneDirectionIsPassedOnAlone() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client = bed.client(HANDSHAKE);
      RawClient app = accepted(bed, client);
      client.send("last words");
      client.finish();
      assertThat(app.readAll()).isEqualTo("last words");
      app.send("still here");
      app.finish();
      assertThat(client.readAll()).isEqualTo("still here");
      bed.awaitMetric("sluice_tunnels", 0);
    }
  }

  @Test
  void aSideThatDoesNotReadStopsTheOther() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client =
          bed.client("GET / HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: bytes");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      app.send(OK.replace("websocket", "bytes"));
      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 101 ");
      stoppedThenWhole(app, client);
      stoppedThenWhole(client, app);
    }
  }

  /** Sends more than sockets hold to one that does not read, until it does. */
  private static void stoppedThenWhole(RawClient from, RawClient to) throws Exception {
    AtomicLong sent = new AtomicLong();
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(
            () -> {
              try {
                byte[] some = new byte[CHUNK];
                while (sent.get() < BIG) {
                  from.send(some);
                  sent.addAndGet(some.length);
                }
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    long before = -1;
    long changedNs = System.nanoTime();
    while (System.nanoTime() - changedNs < STOPPED_NS) {
      if (before != sent.get()) {
        before = sent.get();
        changedNs = System.nanoTime();
      }
      Thread.onSpinWait();
    }
    assertThat(sent.get()).isLessThan(BIG);
    assertThat(to.read(BIG)).hasSize(BIG);
    sending.join();
  }

  @Test
  void aTunnelInWhichNothingPassesIsClosed() throws Exception {
    try (ProxyBed bed = beds.with("idle-timeout: 2s")) {
      RawClient client = bed.client(HANDSHAKE);
      RawClient app = accepted(bed, client);
      for (int i = 0; i < 45; i++) { // together longer than that
        client.expectQuiet();
        app.send("x");
        assertThat(client.read()).isEqualTo('x');
      }
      assertThat(client.read()).isEqualTo(-1);
      assertThat(app.read()).isEqualTo(-1);
    }
  }

  @Test
  void aWebSocketIsToldThatTheNodeStops() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client = bed.client(HANDSHAKE);
      RawClient app = accepted(bed, client);
      app.send(new byte[] {(byte) 0x81, 2, 'h', 'i'});
      client.read(4);
      bed.awaitMetric("sluice_tunnels", 1);
      bed.gateway().stop();
      assertThat(client.read(4)).containsExactly(0x88, 2, 3, 0xe9);
      assertThat(client.read()).isEqualTo(-1);
      assertThat(app.read(8)).containsExactly(0x88, 0x82, 0, 0, 0, 0, 3, 0xe9);
      assertThat(app.read()).isEqualTo(-1);
    }
  }

  @Test
  void aChangeThatNobodyAskedForIsAFailure() throws Exception {
    try (ProxyBed bed = beds.with("health: { retries: 0 }")) {
      RawClient client = bed.client("GET / HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil("\r\n\r\n");
      app.send(OK);
      assertThat(client.readUntil("}"))
          .startsWith("HTTP/1.1 502 ")
          .contains("Proxy-Status: sluice; error=http_upgrade_failed");
      RawClient asks = bed.client(HANDSHAKE);
      RawClient wrong = bed.upstream().next();
      wrong.readUntil("\r\n\r\n");
      wrong.send(OK.replace("websocket", "irc"));
      assertThat(asks.readUntil("}")).startsWith("HTTP/1.1 502 ").contains("http_upgrade_failed");
    }
  }

  @Test
  void httpItselfIsNoProtocolToChangeTo() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      bed.client(
          "GET / HTTP/1.1",
          "Host: a",
          "Connection: Upgrade, HTTP2-Settings",
          "Upgrade: h2c",
          "HTTP2-Settings: AAMAAABkAAQAAP__");
      assertThat(bed.upstream().next().readUntil("\r\n\r\n"))
          .doesNotContainIgnoringCase("upgrade")
          .doesNotContainIgnoringCase("http2-settings");
    }
  }
}
