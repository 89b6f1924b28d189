package io.sluice.transport;

import static io.sluice.transport.PushBed.ROOM;
import static io.sluice.transport.PushBed.readUntil;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.config.Transport;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which requests of push routes are taken, as what, and from whose pages, in the clear and over
 * TLS.
 */
@ParameterizedClass(name = "tls = {0}")
@ValueSource(booleans = {false, true})
class PushRequestsIT {

  @TempDir private static Path folder;
  private static TestCertificate certificate;

  @Parameter private boolean tls;

  @BeforeAll
  static void certify() throws Exception {
    certificate = TestCertificate.make(folder);
  }

  private static final String GET = "GET /room HTTP/1.1";
  private static final String STREAM = "Accept: text/event-stream";

  private PushBed bed;

  @BeforeEach
  void start() throws Exception {
    bed = new PushBed(PushBed.route(), tls ? certificate : null);
  }

  @AfterEach
  void leavesNothingBehind() throws Exception {
    bed.close();
  }

  private void restart(Route.Push route) throws Exception {
    bed.close();
    bed = new PushBed(route, tls ? certificate : null);
  }

  @Test
  @Proves({"NEG-1", "NEG-6"})
  void aKeyWithoutUpgradeNeedsOne() throws Exception {
    assertThat(bed.ask(GET, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="))
        .startsWith("HTTP/1.1 426 ")
        .contains("\r\nUpgrade: websocket\r\n", "\r\nVary: Accept, Prefer, Origin\r\n")
        .contains("\"slug\":\"upgrade-required\"");
  }

  @Test
  @Proves({"NEG-1", "NEG-6"})
  void anUpgradeChoosesAWebSocket() throws Exception {
    Socket socket =
        bed.send(
            GET,
            STREAM,
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    assertThat(readUntil(socket, "\r\n\r\n"))
        .startsWith("HTTP/1.1 101 ")
        .contains("\r\nVary: Accept, Prefer, Origin\r\n");
    bed.awaitReaders(1);
  }

  @Test
  @Proves({"NEG-5", "SSE-10"})
  void aTransportThatIsNotOfferedIsRefusedNamingTheOthers() throws Exception {
    Route.Push all = PushBed.route();
    restart(
        new Route.Push(
            ROOM,
            all.select(),
            Set.of(Transport.WEBSOCKET, Transport.POLL),
            all.origins(),
            all.heartbeat(),
            all.retryMin(),
            all.retryMax(),
            all.poll(),
            all.history(),
            all.compression()));
    assertThat(bed.ask(GET, STREAM))
        .startsWith("HTTP/1.1 406 ")
        .contains(
            "\"slug\":\"not-offered\"", "poll, websocket", "\r\nVary: Accept, Prefer, Origin");
    assertThat(bed.ask("GET /room?wait=5 HTTP/1.1")).startsWith("HTTP/1.1 406 ");
    assertThat(bed.ask(GET)).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @Proves({"SEL-1", "SSE-10"})
  @ValueSource(strings = {"X: y", "Prefer: wait=5", STREAM, "Upgrade: websocket"})
  void aChannelOutsideSelectIsForbiddenOnEveryTransport(String chooses) throws Exception {
    assertThat(
            bed.ask(
                "GET /room?channel=other&format=json HTTP/1.1",
                chooses,
                "Connection: Upgrade",
                "Sec-WebSocket-Version: 13",
                chooses.startsWith("Up") ? "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==" : "A: b"))
        .startsWith("HTTP/1.1 403 ")
        .contains("\"slug\":\"forbidden\"", "\r\nVary: Accept, Prefer, Origin\r\n");
  }

  @Test
  @Proves({"REF-1", "CUR-3"})
  void aBadRequestIsAProblemThatThePageCanRead() throws Exception {
    String answer = bed.ask("GET /room?since=nonsense HTTP/1.1", "Origin: https://x");
    assertThat(answer)
        .startsWith("HTTP/1.1 400 ")
        .contains(
            "\r\nContent-Type: application/problem+json\r\n",
            "\r\nAccess-Control-Allow-Origin: https://x\r\n",
            "\"slug\":\"bad-cursor\"");
    assertThat(bed.ask("GET /room?since=%zz HTTP/1.1"))
        .startsWith("HTTP/1.1 400 ")
        .contains("\"slug\":\"bad-request\"");
  }

  @ParameterizedTest
  @Proves("COR-1")
  @ValueSource(strings = {"X: y", "Prefer: wait=5", STREAM, "Upgrade: websocket"})
  void anotherOriginIsRefusedOnEveryTransport(String chooses) throws Exception {
    for (String origin : List.of("http://evil.example", "null", "http://x.evil", "x", "ftp://x")) {
      assertThat(bed.ask(GET, "Origin: " + origin, chooses))
          .as(origin)
          .startsWith("HTTP/1.1 403 ")
          .contains("\"slug\":\"origin-refused\"", "\r\nVary: Accept, Prefer, Origin\r\n")
          .doesNotContain("Access-Control-Allow-Origin");
    }
  }

  @Test
  @Proves({"COR-1", "COR-2"})
  void theSameOriginAndAListedOneMayWithCredentials() throws Exception {
    for (String same :
        tls
            ? List.of("https://x", "https://X:443")
            : List.of("http://x", "https://x", "http://X:80")) {
      assertThat(bed.ask(GET, "Origin: " + same))
          .startsWith("HTTP/1.1 200 ")
          .contains(
              "\r\nAccess-Control-Allow-Origin: " + same + "\r\n",
              "\r\nAccess-Control-Allow-Credentials: true\r\n",
              "\r\nAccess-Control-Expose-Headers: ETag, Link, Preference-Applied, Retry-After\r\n");
    }
    restart(PushBed.route(new Route.Origins(false, List.of("https://app.example"))));
    assertThat(bed.ask(GET, "Origin: https://app.example")).startsWith("HTTP/1.1 200 ");
    assertThat(bed.ask(GET, "Origin: http://x")).startsWith("HTTP/1.1 403 ");
    assertThat(bed.ask(GET)).startsWith("HTTP/1.1 200 ").doesNotContain("Access-Control");
  }

  @Test
  @Proves("COR-2")
  void anyOriginNeverHasCredentials() throws Exception {
    restart(PushBed.route(Route.Origins.ANY));
    assertThat(bed.ask(GET, "Origin: https://who.example"))
        .contains("\r\nAccess-Control-Allow-Origin: *\r\n")
        .doesNotContain("Credentials");
  }

  @Test
  @Proves({"COR-3", "NEG-6"})
  void optionsTellWhatPagesMaySend() throws Exception {
    assertThat(
            bed.ask(
                "OPTIONS /room HTTP/1.1",
                "Origin: https://x",
                "Access-Control-Request-Method: GET"))
        .startsWith("HTTP/1.1 204 No Content\r\n")
        .contains(
            "\r\nVary: Accept, Prefer, Origin\r\n",
            "\r\nAccess-Control-Allow-Origin: https://x\r\n",
            "\r\nAccess-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n",
            "\r\nAccess-Control-Allow-Headers: Prefer, If-None-Match, Authorization,"
                + " Last-Event-ID, Content-Type\r\n",
            "\r\nAccess-Control-Max-Age: ");
    assertThat(bed.ask("OPTIONS /room HTTP/1.1", "Origin: http://evil.example"))
        .startsWith("HTTP/1.1 403 ");
  }
}
