package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.TestCertificate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Every row of "What an upstream gets" in docs/configuration.md, and of docs/proxy.md. */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
final class ForwardingIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  private final boolean tls;
  private final ProxyBed.Beds beds;

  ForwardingIT(boolean tls) {
    this.tls = tls;
    this.beds = new ProxyBed.Beds(tls ? certificate : null);
  }

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private static final String EMPTY = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  private static final String END = "\r\n\r\n";

  /** What the upstream gets for a request. */
  private static String seen(ProxyBed bed, String... head) throws Exception {
    RawClient client = bed.client(head);
    try (RawClient app = bed.upstream().next()) {
      String seen = app.readUntil(END);
      app.send(EMPTY);
      client.readUntil(END);
      return seen;
    }
  }

  @Test
  void saysWhoAsksAndByWhichWay() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      int port = bed.gateway().port(Listener.PUBLIC);
      String scheme = tls ? "https" : "http";
      String seen = seen(bed, "GET / HTTP/1.1", "Host: app.example:8443", "Via: 1.0 cache");
      assertThat(seen)
          .contains("\r\nX-Forwarded-For: 127.0.0.1\r\n")
          .contains("\r\nX-Forwarded-Proto: " + scheme + "\r\n")
          .contains("\r\nX-Forwarded-Host: app.example:8443\r\n")
          .contains("\r\nX-Forwarded-Port: " + port + "\r\n")
          .contains(
              "\r\nForwarded: for=127.0.0.1;host=\"app.example:8443\";proto=" + scheme + "\r\n")
          .containsPattern("(?i)\r\nvia: 1\\.0 cache, 1\\.1 sluice-[0-9a-f]{8}\r\n");
    }
  }

  @Test
  void whatAClientSaysOfItselfCountsForNothing() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      assertThat(
              seen(
                  bed,
                  "GET / HTTP/1.1",
                  "Host: a",
                  "Forwarded: for=6.6.6.6",
                  "X-Forwarded-For: 6.6.6.6",
                  "X-Forwarded-Proto: evil",
                  "x_forwarded_for: 6.6.6.6",
                  "X-Forwarded_Server: evil",
                  "X-Forwarded-Anything: evil",
                  "Content_Length: 666"))
          .doesNotContain("6.6.6.6")
          .doesNotContain("evil")
          .doesNotContainIgnoringCase("content_length"); // digits may stand in a port
    }
  }

  @Test
  void connectionCannotTakeAwayWhatFramesOrGuards() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client =
          bed.client(
              "POST / HTTP/1.1",
              "Host: a",
              "Authorization: Bearer x",
              "X-Mine: 1",
              "Content-Length: 2",
              "Connection: Host, Content-Length, Authorization, X-Forwarded-For, X-Mine");
      client.send("ab");
      RawClient app = bed.upstream().next();
      assertThat(app.readUntil("ab"))
          .containsIgnoringCase("\r\nhost: a\r\n")
          .containsIgnoringCase("\r\ncontent-length: 2\r\n")
          .contains("Authorization: Bearer x")
          .contains("X-Forwarded-For: 127.0.0.1")
          .doesNotContain("X-Mine");
    }
  }

  @Test
  void aRequestThatComesBackIsRefused() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      String via =
          seen(bed, "GET / HTTP/1.1", "Host: a").replaceFirst("(?is).*\r\nvia: ([^\r]*).*", "$1");
      RawClient client = bed.client("GET / HTTP/1.1", "Host: a", "Via: 1.1 other", "Via: " + via);
      assertThat(client.readUntil("}"))
          .startsWith("HTTP/1.1 508 Loop Detected\r\n")
          .contains("\"slug\":\"loop\"")
          .contains("Proxy-Status: sluice; error=proxy_loop_detected\r\n");
      assertThat(bed.upstream().isQuiet()).isTrue();
    }
  }

  @Test
  void optionsGoNoFurtherThanTheirMaxForwards() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client = bed.client("OPTIONS /a HTTP/1.1", "Host: a", "Max-Forwards: 0");
      assertThat(client.readUntil(END)).isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");
      client.request("OPTIONS /a HTTP/1.1", "Host: a", "Max-Forwards: -1");
      assertThat(client.readUntil("}"))
          .startsWith("HTTP/1.1 400 ")
          .contains("Proxy-Status: sluice; error=http_request_error\r\n");
      assertThat(bed.upstream().isQuiet()).isTrue();
      bed.awaitMetric("sluice_upstream_requests_total{code=\"max-forwards\",route=\"/**\"}", 1);
      assertThat(seen(bed, "OPTIONS / HTTP/1.1", "Host: a", "Max-Forwards: 10"))
          .containsOnlyOnce("\r\nmax-forwards: 9\r\n")
          .doesNotContain("Max-Forwards: 10");
    }
    try (ProxyBed bed = beds.with("")) {
      assertThat(
              seen(
                  bed,
                  "OPTIONS / HTTP/1.1",
                  "Host: a",
                  "Max-Forwards: 1",
                  "Connection: Max-Forwards"))
          .containsOnlyOnce("\r\nmax-forwards: 0\r\n");
    }
    try (ProxyBed bed = beds.with("")) {
      assertThat(seen(bed, "GET / HTTP/1.1", "Host: a", "Max-Forwards: 0"))
          .contains("\r\nMax-Forwards: 0\r\n");
    }
  }

  @Test
  void theHostIsTheTargetsIfToldSo() throws Exception {
    try (ProxyBed bed = beds.with("host: target")) {
      assertThat(seen(bed, "GET / HTTP/1.1", "Host: app.example"))
          .containsIgnoringCase("\r\nhost: " + bed.upstream().uri().getAuthority() + "\r\n")
          .contains("X-Forwarded-Host: app.example");
    }
    try (ProxyBed bed = beds.with("host: \"other.example:81\"")) {
      assertThat(seen(bed, "GET / HTTP/1.1", "Host: app.example"))
          .containsIgnoringCase("\r\nhost: other.example:81\r\n");
    }
  }

  @Test
  void thePathIsRewrittenAndTheQueryIsNot() throws Exception {
    try (ProxyBed bed = beds.at("/api/{user}/**", "path: \"/v1/{user}/x/{**}\"")) {
      assertThat(seen(bed, "GET /api/a%2Cb/c/d%20e?q=%2F&&r HTTP/1.1", "Host: a"))
          .startsWith("GET /v1/a%2Cb/x/c/d%20e?q=%2F&&r HTTP/1.1\r\n");
    }
  }

  @Test
  void headersAreRemovedAndAdded() throws Exception {
    String changes =
        "request-headers: { remove: [X-Secret, Via-Not], add: [\"X-Env: test\", \"X-Env: two\"] },"
            + " response-headers: { remove: [Server], add: [\"Strict-Transport-Security: max-age=9\"] }";
    try (ProxyBed bed = beds.with(changes)) {
      RawClient client = bed.client("GET / HTTP/1.1", "Host: a", "X-Secret: 1", "X-Env: mine");
      RawClient app = bed.upstream().next();
      assertThat(app.readUntil(END))
          .contains("X-Env: mine\r\n")
          .contains("X-Env: test\r\nX-Env: two\r\n")
          .doesNotContain("X-Secret");
      app.send("HTTP/1.1 200 OK\r\nServer: shy\r\nX-Kept: 1\r\nContent-Length: 0\r\n\r\n");
      assertThat(client.readUntil(END))
          .contains("X-Kept: 1")
          .contains("Strict-Transport-Security: max-age=9")
          .doesNotContain("shy");
    }
  }

  @Test
  void whatTheGatewaySaysOfTheClientIsRemovedAndReplacedToo() throws Exception {
    String changes =
        "request-headers: { remove: [X-Forwarded-For, x-forwarded-proto, X-Forwarded-Port,"
            + " X-Forwarded-Host, Forwarded], add: [\"X-Forwarded-Proto: outer\"] },";
    try (ProxyBed bed = beds.with(changes)) {
      assertThat(
              seen(
                  bed,
                  "GET / HTTP/1.1",
                  "Host: a",
                  "X-Forwarded-For: 6.6.6.6",
                  "Forwarded: for=6.6.6.6"))
          .containsOnlyOnce("X-Forwarded-Proto: outer\r\n")
          .doesNotContainPattern("(?i)\r\n(x-)?forwarded(-for|-port|-host)?:")
          .containsPattern("(?i)\r\nvia: 1\\.1 sluice-");
    }
  }

  @Test
  void bytesAboveAsciiPassInHeadersAndAreEncodedInTargets() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client = bed.client();
      client.send("GET /?q=\u00e4 HTTP/1.1\r\nHost: a\r\nX-Text: gr\u00fc\u00df\r\n\r\n");
      RawClient app = bed.upstream().next();
      assertThat(app.readUntil(END))
          .startsWith("GET /?q=%C3%A4 HTTP/1.1\r\n")
          .contains("X-Text: gr\u00fc\u00df\r\n");
      app.send(
          "HTTP/1.1 200 OK\r\nX-Back: sch\u00f6n\r\nContent-Length: 0\r\n\r\n"
              .getBytes(StandardCharsets.UTF_8));
      assertThat(client.readUntil(END)).contains("X-Back: sch\u00f6n\r\n");
    }
  }

  @Test
  void interimAnswersPass() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client = bed.client("GET / HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      app.send(
          "HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n");
      assertThat(client.readUntil(END))
          .isEqualTo("HTTP/1.1 103 Early Hints\r\nLink: </s.css>; rel=preload\r\n\r\n");
      app.send("HTTP/1.1 102 Processing\r\n\r\n");
      assertThat(client.readUntil(END)).isEqualTo("HTTP/1.1 102 Processing\r\n\r\n");
      app.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
      assertThat(client.readUntil("hi")).startsWith("HTTP/1.1 200 OK\r\n");
      client.request("GET /2 HTTP/1.1", "Host: a");
      assertThat(app.readUntil(END)).startsWith("GET /2 ");
      app.send(EMPTY);
      assertThat(client.readUntil(END)).startsWith("HTTP/1.1 200 OK\r\n");
    }
  }

  @Test
  void oldClientsGetNoInterimAnswersAndABodyToTheEnd() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client = bed.client("GET / HTTP/1.0", "TE: trailers");
      RawClient app = bed.upstream().next();
      assertThat(app.readUntil(END))
          .startsWith("GET / HTTP/1.1\r\n")
          .containsIgnoringCase("\r\nhost: " + bed.upstream().uri().getAuthority() + "\r\n")
          .containsPattern("(?i)\r\nvia: 1\\.0 sluice-")
          .doesNotContainIgnoringCase("\r\nte:");
      app.send(
          "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
      app.send("3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n");
      assertThat(client.readAll())
          .startsWith("HTTP/1.0 200 OK\r\n")
          .doesNotContainIgnoringCase("chunked")
          .endsWith("\r\n\r\nabcde");
    }
  }

  @Test
  void trailersPassBothWays() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client =
          bed.client(
              "POST / HTTP/1.1",
              "Host: a",
              "TE: trailers",
              "Transfer-Encoding: chunked",
              "Trailer: X-Sum");
      client.send(
          "3\r\nabc\r\n0\r\nX-Sum: 7\r\nContent-Length: 9\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n");
      RawClient app = bed.upstream().next();
      assertThat(app.readUntil(END))
          .containsIgnoringCase("\r\nte: trailers\r\n")
          .containsIgnoringCase("\r\nconnection: te\r\n")
          .containsIgnoringCase("\r\ntrailer: x-sum\r\n");
      assertThat(app.readUntil(END)).isEqualTo("3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n");
      app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n");
      app.send("1\r\nz\r\n0\r\nX-End: ok\r\nSet-Cookie: a=1\r\n\r\n");
      assertThat(client.readUntil(END)).containsIgnoringCase("\r\ntrailer: x-end\r\n");
      assertThat(client.readUntil(END)).isEqualTo("1\r\nz\r\n0\r\nX-End: ok\r\n\r\n");
    }
  }

  @Test
  void whoDidNotAskForTrailersGetsNone() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client = bed.client("GET / HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      assertThat(app.readUntil(END)).doesNotContainIgnoringCase("\r\nte:");
      app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n\r\n");
      app.send("1\r\nz\r\n0\r\nX-End: ok\r\n\r\n");
      assertThat(client.readUntil(END)).doesNotContainIgnoringCase("trailer");
      assertThat(client.readUntil(END)).isEqualTo("1\r\nz\r\n0\r\n\r\n");
    }
  }

  @Test
  void answersWithoutABodyKeepTheirFraming() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client = bed.client("GET /none HTTP/1.1", "Host: a");
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      app.send("HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n");
      assertThat(client.readUntil(END)).isEqualTo("HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n");
      client.request("GET /same HTTP/1.1", "Host: a");
      app.readUntil(END);
      app.send("HTTP/1.1 304 Just As It Was\r\nETag: \"e\"\r\n\r\n");
      assertThat(client.readUntil(END))
          .isEqualTo("HTTP/1.1 304 Not Modified\r\nETag: \"e\"\r\n\r\n");
      client.request("HEAD /big HTTP/1.1", "Host: a");
      app.readUntil(END);
      app.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n");
      assertThat(client.readUntil(END)).isEqualTo("HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n");
      client.request("GET /empty HTTP/1.1", "Host: a");
      app.readUntil(END);
      app.send(EMPTY);
      assertThat(client.readUntil(END)).containsIgnoringCase("\r\ncontent-length: 0\r\n");
    }
  }

  @Test
  void aStreamOfTheUpstreamArrivesAsItIsWritten() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client = bed.client("GET /s HTTP/1.1", "Host: a", "Accept: text/event-stream");
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      app.send(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
      assertThat(client.readUntil(END)).startsWith("HTTP/1.1 200 OK\r\n");
      for (int i = 0; i < 3; i++) {
        app.send("9\r\ndata: " + i + "\n\n\r\n");
        assertThat(client.readUntil("data: " + i + "\n\n\r\n")).startsWith("9\r\n");
      }
      client.close();
      assertThat(app.isEnded()).isTrue();
    }
  }

  @Test
  void aClientThatAsksFirstIsRefusedWithoutItsBody() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client =
          bed.client("POST / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 5");
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      app.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
      assertThat(client.readAll())
          .startsWith("HTTP/1.1 413 ")
          .containsIgnoringCase("\r\nconnection: close\r\n");
      assertThat(app.isEnded()).isTrue();
    }
  }

  @Test
  void aClientThatAsksAnUpstreamThatDoesNotSayIsToldToGoOn() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client =
          bed.client("POST / HTTP/1.1", "Host: a", "Expect: 100-continue", "Content-Length: 5");
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      assertThat(client.readUntil(END)).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      client.send("hello");
      assertThat(app.readUntil("hello")).isEqualTo("hello");
      app.send("HTTP/1.1 100 Continue\r\n\r\n" + EMPTY);
      assertThat(client.readUntil(END)).startsWith("HTTP/1.1 200 OK\r\n");
    }
  }

  @Test
  void anExpectationBesideTheKnownOneIsNotPassedOn() throws Exception {
    for (String also :
        new String[] {"Expect: foo", "Expect: 100-continue", "Expect: foo, 100-continue"}) {
      try (ProxyBed bed = beds.with("")) {
        RawClient client =
            bed.client(
                "POST / HTTP/1.1", "Host: a", "Expect: 100-continue", also, "Content-Length: 2");
        client.send("ab");
        RawClient app = bed.upstream().next();
        assertThat(app.readUntil("ab")).as(also).doesNotContainIgnoringCase("expect");
        app.send(EMPTY);
        assertThat(client.readUntil(END)).as(also).startsWith("HTTP/1.1 200 OK\r\n");
      }
    }
  }

  @Test
  void anAnswerBeforeTheBodysEndArrivesAndClosesBothConnections() throws Exception {
    try (ProxyBed bed = beds.with("")) {
      RawClient client = bed.client("POST / HTTP/1.1", "Host: a", "Content-Length: 1000000");
      client.send("begun");
      RawClient app = bed.upstream().next();
      app.readUntil("begun");
      app.send("HTTP/1.1 409 Conflict\r\nContent-Length: 3\r\n\r\nno!");
      assertThat(client.readUntil("no!"))
          .startsWith("HTTP/1.1 409 ")
          .containsIgnoringCase("\r\nconnection: close\r\n");
      assertThat(app.isEnded()).isTrue();
      client.send("x".repeat(1_000));
      try {
        client.send("x".repeat(998_995));
      } catch (java.io.IOException closed) {
        // it is taken a second long at most
      }
      assertThat(client.rest()).isEmpty();
    }
  }

  @Test
  void anUpstreamThatDoesNotReadStopsTheClient() throws Exception {
    try (ProxyBed bed = beds.with("idle-timeout: 2s, health: { retries: 0 }")) {
      RawClient client = bed.client("POST / HTTP/1.1", "Host: a", "Content-Length: 100000000");
      RawClient app = bed.upstream().next();
      app.readUntil(END);
      long sent = 0;
      try {
        for (byte[] some = new byte[1 << 20]; sent < 100_000_000; sent += some.length) {
          client.send(some);
        }
      } catch (java.io.IOException closed) {
        // after the time-out
      }
      assertThat(sent).isLessThan(60_000_000);
      bed.awaitMetric("sluice_upstream_requests_total{code=\"upstream-timeout\",route=\"/**\"}", 1);
    }
  }
}
