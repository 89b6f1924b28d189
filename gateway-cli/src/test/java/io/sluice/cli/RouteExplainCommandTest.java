package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RouteExplainCommandTest {

  @TempDir private Path folder;
  private String file = "";

  @BeforeEach
  void write() throws IOException {
    Path path = folder.resolve("edge.yaml");
    file = path.toString();
    Files.writeString(
        path,
        """
        routes:
          - match: { path: "/**" }
            upstream: { targets: ["http://a:1", "http://b:2"], host: target }
          - match: { path: "/chat/{room}" }
            push:
              channel: "room-{room}"
              select: "extra"
              transports: [websocket, sse]
              origins: "https://app.example"
              history: { count: 7 }
          - match: { path: "/api/{v}/**" }
            upstream: { url: "http://api:3", path: "/{v}/{**}" }
          - match: { path: "/only" }
            push: { channel: only }
        """);
  }

  private List<String> explain(int code, String... args) {
    Typed typed = new Typed();
    List<String> all = new ArrayList<>(List.of("route", "explain"));
    all.addAll(List.of(args));
    all.addAll(List.of("--config", file));
    assertThat(typed.run(all.toArray(String[]::new))).as(typed.err()).isEqualTo(code);
    return typed.out().lines().toList();
  }

  private JsonObject outcome(int code, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--format", "json"));
    return new JsonObject(explain(code, all.toArray(String[]::new)).get(0))
        .getJsonObject("outcome");
  }

  private JsonObject outcome(String... args) {
    return outcome(Exit.OK, args);
  }

  private JsonObject refusal(String... args) {
    JsonObject refusal = outcome(Exit.FAILED, args);
    assertThat(refusal.getString("kind")).isEqualTo("refused");
    return refusal;
  }

  @Test
  void aSubscriptionIsExplainedDownToItsChannels() {
    assertThat(explain(Exit.OK, "GET", "/chat/7?channel=extra&format=json", "--as", "sse"))
        .containsExactly(
            "GET /chat/7?channel=extra&format=json",
            "  routes[1]  /chat/{room}  takes it",
            "  routes[0]  /**           matches too, but a better one takes it",
            "  routes[2]  /api/{v}/**   other paths",
            "  routes[3]  /only         other paths",
            "subscribes by sse: its Accept names text/event-stream",
            "  channel  room-7  (keeps 7 events, 1048576 bytes, 120 s)",
            "  channel  extra  (keeps 7 events, 1048576 bytes, 120 s)",
            "  origins  pages of https://app.example");
  }

  @Test
  void whatIsNoSubscriptionGoesToTheNextRouteWithAnUpstream() {
    assertThat(explain(Exit.OK, "POST", "/chat/7?x=1"))
        .containsSubsequence(
            "  routes[1]  /chat/{room}  matches, but a push route takes no POST",
            "  routes[0]  /**           takes it: upstream",
            "goes to an upstream",
            "  target   http://a:1",
            "  target   http://b:2",
            "  path     /chat/7?x=1",
            "  host     target");
    assertThat(outcome("GET", "https://x.example/api/2/a%20b?q"))
        .isEqualTo(
            new JsonObject(
                "{\"kind\":\"upstream\",\"targets\":[\"http://api:3\"],\"path\":\"/2/a%20b?q\","
                    + "\"host\":\"keep\"}"));
  }

  @Test
  void refusalsAreThoseThatClientsGet() {
    assertThat(refusal("GET", "/chat/7").getString("slug")).isEqualTo("not-offered");
    assertThat(refusal("GET", "/chat/7", "-H", "Origin: https://evil.example").getString("slug"))
        .isEqualTo("origin-refused");
    assertThat(refusal("GET", "/chat/a%2Fb", "--as", "sse").getString("slug"))
        .isEqualTo("bad-channel");
    assertThat(refusal("GET", "/chat/7?channel=other", "--as", "sse").getInteger("status"))
        .isEqualTo(403);
    assertThat(refusal("GET", "/only/../x").getString("slug")).isEqualTo("bad-request");
  }

  @Test
  void theFilterOfTheFrontDoorIsAskedBeforeAnyRoute() {
    assertThat(refusal("TRACE", "/only").getInteger("status")).isEqualTo(501);
    assertThat(refusal("CONNECT", "/api/1/x").getInteger("status")).isEqualTo(501);
    String path = "/api/" + "a".repeat(9_000);
    assertThat(refusal("GET", path).getString("slug")).isEqualTo("uri-too-long");
    String large = "X: " + "a".repeat(70_000);
    assertThat(refusal("GET", "/only", "-H", large).getInteger("status")).isEqualTo(431);
    for (String url :
        new String[] {"http://u:p@h/only", "http://h/only#a", "/only#a", "/a\\b", "ftp://h/only"}) {
      assertThat(refusal("GET", url).getInteger("status")).as(url).isEqualTo(400);
    }
    for (String header : new String[] {"Host: a b", "Content-Length: x", "X@Y: 1"}) {
      assertThat(refusal("GET", "/only", "-H", header).getInteger("status")).isEqualTo(400);
    }
    assertThat(explain(Exit.FAILED, "TRACE", "/only"))
        .containsExactly(
            "TRACE /only", "is refused: 501 not-supported: TRACE is not answered here");
  }

  @Test
  void methodsAreCaseSensitive() {
    assertThat(explain(Exit.OK, "get", "/chat/7"))
        .contains("  routes[1]  /chat/{room}  matches, but a push route takes no get")
        .contains("goes to an upstream");
  }

  @Test
  void aPathOutsideAsciiIsShownAsTheAppGetsIt() {
    assertThat(outcome("GET", "/api/ü/x?ä").getString("path")).isEqualTo("/%C3%BC/x?%C3%A4");
    assertThat(explain(Exit.OK, "GET", "/api/ü/x"))
        .contains("GET /api/ü/x", "  path     /%C3%BC/x");
  }

  @Test
  void theExitCodeSaysWhetherItIsRefused() {
    assertThat(explain(Exit.OK, "GET", "/only")).last().asString().contains("origins");
    assertThat(explain(Exit.OK, "POST", "/only")).last().asString().contains("host");
    assertThat(explain(Exit.FAILED, "GET", "/only?since=x"))
        .last()
        .asString()
        .startsWith("is refused: 400 bad-cursor");
  }

  @Test
  void allTransportsCanBeAskedFor() {
    assertThat(outcome("GET", "/chat/7", "--as", "websocket").getString("transport"))
        .isEqualTo("websocket");
    assertThat(outcome("GET", "/only", "--as", "long-poll").getString("transport"))
        .isEqualTo("long-poll");
    assertThat(outcome("GET", "/only", "--as", "poll").getString("transport")).isEqualTo("poll");
    assertThat(outcome("HEAD", "/only", "--as", "sse").getString("transport")).isEqualTo("poll");
    assertThat(outcome("OPTIONS", "/only").getString("kind")).isEqualTo("preflight");
  }

  @Test
  void theSameSiteIsThatOfTheUrl() {
    String origin = "Origin: https://app.example";
    assertThat(outcome("GET", "https://app.example/only", "-H", origin).getString("kind"))
        .isEqualTo("subscribe");
    assertThat(refusal("GET", "/only", "-H", origin).getString("slug")).isEqualTo("origin-refused");
  }

  @Test
  void wrongArgumentsAreSaidWithWhatIsExpected() {
    for (String[] wrong :
        new String[][] {
          {"G T", "/"}, {"GET", "events"}, {"GET", "/", "-H", "x"}, {"GET", "/", "--as", "ftp"}
        }) {
      Typed typed = new Typed();
      List<String> all = new ArrayList<>(List.of("route", "explain"));
      all.addAll(List.of(wrong));
      assertThat(typed.run(all.toArray(String[]::new))).isEqualTo(Exit.USAGE);
      assertThat(typed.err()).contains("cannot explain").contains("(expected ");
    }
  }
}
