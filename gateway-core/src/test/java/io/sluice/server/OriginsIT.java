package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.ChannelPattern;
import io.sluice.config.Config;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.config.TestCertificate;
import io.sluice.http.guard.Corpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whose pages may subscribe at a real gateway: the kept origins, on every transport. */
@Timeout(240)
final class OriginsIT {

  private static final String WEB_SOCKET =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  private static final String PREFLIGHT = "Access-Control-Request-Method: GET";
  private static final String VARY = "\r\nVary: Accept, Prefer, Origin\r\n";

  @TempDir private static Path folder;
  private static TestCertificate certificate;
  private static TestGateway gateway;
  private static TestGateway overTls;

  static List<Corpus.Vector> corpus() {
    return Corpus.of("/io/sluice/server/origins.txt");
  }

  @BeforeAll
  static void start() throws Exception {
    Config config =
        TestGateway.config(
            route("/same/{channel}", Route.Origins.SAME),
            route(
                "/list/{channel}",
                new Route.Origins(false, List.of("https://app.example", "http://localhost:3000"))),
            route("/any/{channel}", Route.Origins.ANY));
    gateway = TestGateway.start(config);
    certificate = TestCertificate.make(folder);
    overTls = TestGateway.start(TestGateway.with(config, certificate));
  }

  private static Route route(String path, Route.Origins origins) {
    Route.Push usual = Route.Push.DEFAULT;
    Route.Push push =
        new Route.Push(
            "{channel}",
            List.of(new ChannelPattern("news-*")),
            usual.transports(),
            origins,
            usual.heartbeat(),
            usual.retryMin(),
            usual.retryMax(),
            usual.poll(),
            usual.history(),
            usual.compression());
    return new Route(PathTemplate.parse(path), push, null);
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.awaitConnections(0);
    overTls.awaitConnections(0);
    gateway.close();
    overTls.close();
  }

  private static RawClient dial(boolean tls) throws IOException {
    return tls
        ? RawClient.connect(overTls.port(Listener.PUBLIC), 0, certificate.trusting())
        : RawClient.connect(gateway.port(Listener.PUBLIC));
  }

  /** The head of the answer to a request, and of a refusal the whole. */
  private static String ask(boolean tls, String... lines) throws IOException {
    try (RawClient client = dial(tls)) {
      client.send((String.join("\r\n", lines) + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
      String head = client.readUntil("\r\n\r\n");
      return head.matches("(?s)HTTP/1.1 [45].*") ? head + client.readUntil("}") : head;
    }
  }

  private static String host(String headers) {
    return headers.toLowerCase(Locale.ROOT).contains("\r\nhost:") ? "X: y" : "Host: app.example";
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Proves({"COR-1", "COR-2", "COR-3", "NEG-6"})
  void eachOriginIsServedOrRefusedOnEveryTransport(Corpus.Vector vector) throws Exception {
    boolean tls = vector.section().contains("over TLS");
    String path = "/" + vector.section().split("[ ,]", -1)[0] + "/room";
    String host = host(vector.raw());
    String[][] requests = {
      {"GET " + path + " HTTP/1.1", "200", "X-Kind: poll"},
      {"GET " + path + "?wait=60 HTTP/1.1", "200", "X-Kind: long poll"},
      {"GET " + path + " HTTP/1.1", "200", "Accept: text/event-stream"},
      {"GET " + path + " HTTP/1.1", "101", WEB_SOCKET},
      {"HEAD " + path + " HTTP/1.1", "200", "X-Kind: head"},
      {"OPTIONS " + path + " HTTP/1.1", "204", PREFLIGHT},
    };
    for (String[] request : requests) {
      if (request[0].startsWith("HEAD") && vector.expected().matches("[0-9]+")) {
        continue; // a refusal without body
      }
      String answer = ask(tls, request[0], vector.raw(), host, request[2]);
      switch (vector.expected()) {
        case "pass" -> {
          assertThat(answer).startsWith("HTTP/1.1 " + request[1] + " ").contains(VARY);
          isGranted(answer, vector);
        }
        case "alone" ->
            assertThat(answer)
                .startsWith("HTTP/1.1 " + request[1] + " ")
                .contains(VARY)
                .doesNotContain("Access-Control-Allow-Origin", "Allow-Credentials");
        case "403" ->
            assertThat(answer)
                .startsWith("HTTP/1.1 403 ")
                .contains(VARY, "\"slug\":\"origin-refused\"")
                .doesNotContain("Access-Control-", "Sec-WebSocket-Accept");
        default ->
            assertThat(answer)
                .startsWith("HTTP/1.1 " + vector.expected() + " ")
                .doesNotContain("Access-Control-", "Sec-WebSocket-Accept");
      }
    }
  }

  private static void isGranted(String answer, Corpus.Vector vector) {
    if (vector.section().equals("any")) {
      assertThat(answer)
          .contains("\r\nAccess-Control-Allow-Origin: *\r\n")
          .doesNotContain("Allow-Credentials");
    } else {
      String origin = vector.raw().split("\r\n", -1)[0].substring("Origin: ".length());
      assertThat(answer)
          .contains(
              "\r\nAccess-Control-Allow-Origin: " + origin + "\r\n",
              "\r\nAccess-Control-Allow-Credentials: true\r\n");
    }
  }

  /**
   * Whatever else is wrong, the answer may be kept for this origin alone, and its page reads it.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "400 | GET /same/room?since=nonsense HTTP/1.1 | X: y",
        "400 | GET /same/room?limit=0 HTTP/1.1 | X: y",
        "400 | GET /same/a%2Fb HTTP/1.1 | X: y",
        "400 | GET /same/room?since=%zz HTTP/1.1 | X: y",
        "403 | GET /same/room?channel=secret HTTP/1.1 | X: y",
        "403 | GET /same/room?channel=secret&format=json HTTP/1.1 | Accept: text/event-stream",
        "426 | GET /same/room HTTP/1.1 | Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "426 | GET /same/room HTTP/1.1 | Upgrade: websocket",
        "304 | GET /same/room HTTP/1.1 | If-None-Match: *",
      })
  @Proves({"COR-2", "NEG-6", "REF-1"})
  void refusalsAndConditionalAnswersVaryToo(String status, String line, String header)
      throws Exception {
    String answer = ask(false, line, "Host: app.example", "Origin: http://app.example", header);
    assertThat(answer)
        .startsWith("HTTP/1.1 " + status + " ")
        .contains(VARY, "\r\nAccess-Control-Allow-Origin: http://app.example\r\n");
    assertThat(ask(false, line, "Host: app.example", "Origin: http://evil.example", header))
        .startsWith("HTTP/1.1 403 ")
        .contains(VARY, "\"slug\":\"origin-refused\"");
  }
}
