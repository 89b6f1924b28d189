package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as it is shipped, used as the lines that it prints say. */
@Timeout(240)
class PackagedIT {

  @TempDir private Path folder = Path.of("");
  private final List<Program> programs = new ArrayList<>();
  private Program gateway;
  private String clients = "";
  private String publish = "";
  private String admin = "";

  @BeforeEach
  void start() throws IOException, InterruptedException {
    gateway = start("serve");
    clients = gateway.awaitMatch("^  public   (http://\\S+)");
    publish = gateway.awaitMatch("^  publish  (http://\\S+)");
    admin = gateway.awaitMatch("^  admin    (http://\\S+)");
    gateway.await("/events'\n");
  }

  @AfterEach
  void killAll() {
    programs.forEach(Program::close);
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "sse", "long-poll", "poll"})
  void printedLineSubscribesWhenPasted(String transport) throws IOException, InterruptedException {
    String line = gateway.awaitMatch("^  " + transport + " +(curl .*)");
    String publishLine = gateway.awaitMatch("^  (curl -d .*)");
    assertThat(pasted(publishLine).exitCode()).isZero();
    Program subscriber = pasted(line);
    if (transport.equals("long-poll")) {
      while (!subscriber.endsWithin(Duration.ofMillis(200))) {
        assertThat(pasted(publishLine).exitCode()).isZero();
      }
    }
    assertThat(subscriber.await("hello")).contains("hello");
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "sse", "long-poll", "poll"})
  void oneCursorGoesOnByEveryTransport(String transport) throws IOException, InterruptedException {
    assertThat(sluice("publish", "a", "one", "--url", publish).exitCode()).isZero();
    Program first = subscribe(transport, "a", "b", "--rewind", "1", "--count", "1");
    assertThat(first.exitCode()).isZero();
    assertThat(first.out()).contains("  a  -  one\n").hasLineCount(1);
    String cursor = first.err().replaceAll("(?s).*--since (\\S+)\\s*$", "$1");
    assertThat(sluice("publish", "b", "two", "--url", publish, "--name", "n").exitCode()).isZero();
    for (String next : new String[] {"websocket", "sse", "long-poll", "poll"}) {
      Program second = subscribe(next, "a", "b", "--since", cursor, "--count", "1");
      assertThat(second.exitCode()).as(next + second.err()).isZero();
      assertThat(second.out()).as(next).contains("  b  n  two\n").hasLineCount(1);
    }
  }

  @Test
  void publishReadsStandardInputAndSaysWhatBecameOfIt() throws IOException, InterruptedException {
    Program json =
        sluice(
            "publish",
            "a",
            "{\"n\":1}",
            "--type",
            "application/json",
            "--format",
            "json",
            "--url",
            publish,
            "--id",
            "x");
    assertThat(json.exitCode()).isZero();
    assertThat(new JsonObject(json.out()).getString("channel")).isEqualTo("a");
    Program again =
        sluice(
            "publish",
            "a",
            "{\"n\":1}",
            "--type",
            "application/json",
            "--url",
            publish,
            "--id",
            "x");
    assertThat(again.exitCode()).isZero();
    assertThat(again.out()).startsWith("published to a, cursor 1").contains("repeated");
    Program refused = sluice("publish", "a", "{", "--type", "application/json", "--url", publish);
    assertThat(refused.exitCode()).isEqualTo(Exit.FAILED);
    assertThat(refused.err()).contains("not published").contains("HTTP 422");
  }

  @Test
  void statusShowsHealthAndChannels() throws IOException, InterruptedException {
    assertThat(sluice("publish", "a", "one", "--url", publish).exitCode()).isZero();
    Program text = sluice("status", "--admin", admin);
    assertThat(text.exitCode()).as(text.err()).isZero();
    assertThat(text.out()).contains("live, ready", "1 published", "websocket ", "  a  ");
    Program json = sluice("status", "--admin", admin, "--format", "json");
    assertThat(json.exitCode()).isZero();
    assertThat(new JsonObject(json.out()).getBoolean("ready")).isTrue();
    assertThat(get(HttpClient.newHttpClient(), admin + "/metrics").body())
        .contains("sluice_log_lines_dropped_total 0.0");
  }

  @Test
  void healthAnswersByItsExitCode() throws IOException, InterruptedException {
    Program ready = sluice("health", "--admin", admin);
    assertThat(ready.exitCode()).isZero();
    assertThat(ready.out()).isEqualTo("ready\n");
    Program live = sluice("health", "--live", "--admin", admin, "--format", "json");
    assertThat(live.exitCode()).isZero();
    assertThat(new JsonObject(live.out()).getBoolean("live")).isTrue();
    assertThat(gateway.terminate()).isZero();
    Program gone = sluice("health", "--admin", admin);
    assertThat(gone.exitCode()).isEqualTo(Exit.FAILED);
    assertThat(gone.err()).contains("no answer").contains("--admin");
  }

  @Test
  void takenPortIsSaidAndEndsWithThree() throws IOException, InterruptedException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(taken.getLocalPort());
      Program second =
          sluice("serve", "--public-port", "0", "--publish-port", "0", "--admin-port", port);
      assertThat(second.exitCode()).isEqualTo(Exit.ADDRESS);
      assertThat(second.err()).contains("in use").contains(port);
      assertThat(second.out()).isEmpty();
    }
  }

  @Test
  void termEndsStreamsWithAReasonAndExitsWithZero() throws IOException, InterruptedException {
    Program stream = pasted("curl -sN -H 'Accept: text/event-stream' " + clients + "/events/a");
    stream.await("sluice.open");
    assertThat(gateway.terminate()).isZero();
    assertThat(stream.await("sluice.close")).contains("draining");
    assertThat(gateway.err()).contains("stopped");
  }

  @Test
  void hangupAndReloadTakeOverAChangedFileAndKeepTheStreamsOfOtherRoutes()
      throws IOException, InterruptedException {
    Path file = folder.resolve("sluice.yaml");
    String stays = "routes:\n  - { match: { path: '/a/{c}' }, push: {} }\n";
    Files.writeString(file, stays);
    Program served = start("serve", "--config", file.toString());
    String site = served.awaitMatch("^  public   (http://\\S+)");
    String apps = served.awaitMatch("^  publish  (http://\\S+)");
    String operators = served.awaitMatch("^  admin    (http://\\S+)");
    served.await("/events'\n");
    Program stream = pasted("curl -sN -H 'Accept: text/event-stream' " + site + "/a/x");
    stream.await("sluice.open");

    Files.writeString(file, stays + "  - { match: { path: '/b/{c}' }, push: {} }\n");
    assertThat(pasted("kill -HUP " + served.pid()).exitCode()).isZero();
    HttpClient http = HttpClient.newHttpClient();
    while (get(http, site + "/b/x").statusCode() != 200) {
      assertThat(served.endsWithin(Duration.ofMillis(20))).isFalse();
    }

    Files.writeString(file, stays + "dran: 5s\n");
    Program refused = sluice("reload", "--admin", operators);
    assertThat(refused.exitCode()).isEqualTo(Exit.USAGE);
    assertThat(refused.err()).contains(file + ":3:1 dran", "did you mean drain?", "stays");

    Files.writeString(file, stays + "event-loops: 1\n");
    Program reloaded = sluice("reload", "--admin", operators);
    assertThat(reloaded.exitCode()).as(reloaded.err()).isZero();
    assertThat(reloaded.out())
        .contains("1 kept, 0 changed, 0 added, 1 removed", "only after a restart: event-loops");
    assertThat(sluice("publish", "x", "still", "--url", apps).exitCode()).isZero();
    assertThat(stream.await("still")).doesNotContain("sluice.close");
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "sse"})
  void subscriberSaysWhyTheStreamEndedAndComesBackAfterARestart(String transport)
      throws IOException, InterruptedException {
    int port = URI.create(clients).getPort();
    Program subscriber = subscribe(transport, "a", "--count", "1");
    while (!subscriber.err().contains("reading by " + transport)) {
      assertThat(subscriber.endsWithin(Duration.ofMillis(20))).isFalse();
    }
    assertThat(gateway.terminate()).isZero();
    while (!subscriber.err().contains("; next try")) {
      assertThat(subscriber.endsWithin(Duration.ofMillis(20))).isFalse();
    }
    assertThat(subscriber.err()).contains("the gateway said draining; next try");
    Program second = start("serve", "--public-port", String.valueOf(port));
    String again = second.awaitMatch("^  publish  (http://\\S+)");
    second.await("/events'\n");
    while (!subscriber.endsWithin(Duration.ofMillis(200))) {
      assertThat(sluice("publish", "a", "after", "--url", again).exitCode()).isZero();
    }
    assertThat(subscriber.exitCode()).isZero();
    assertThat(subscriber.out()).contains("after");
  }

  @Test
  void demoPagesAreReachedThroughTheGatewayAndTheChatLosesNothing()
      throws IOException, InterruptedException {
    Program demo = start("demo");
    String site = demo.awaitMatch("this machine, live  (http://\\S+)/$");
    demo.await("/playground");
    HttpClient http = HttpClient.newHttpClient();
    for (String page : new String[] {"/", "/chat", "/playground", "/app/app.css", "/app/load.js"}) {
      assertThat(get(http, site + page).statusCode()).as(page).isEqualTo(200);
    }
    assertThat(post(http, site + "/chat", "author=Ann&text=before").statusCode()).isEqualTo(303);
    String page = get(http, site + "/chat").body();
    assertThat(page).contains("<p>before</p>");
    String cursor = page.replaceAll("(?s).*data-cursor=\"([^\"]+)\".*", "$1");
    // Between the load of the page and its subscription.
    assertThat(post(http, site + "/chat", "author=Bob&text=%3Cbetween%3E").statusCode())
        .isEqualTo(303);
    Program reader =
        pasted(
            "curl -sN -H 'Accept: text/event-stream' '%s/events/chat?since=%s'"
                .formatted(site, cursor));
    assertThat(reader.await("<between>")).doesNotContain("before").doesNotContain("sluice.gap");
    Program load = pasted("curl -sN -H 'Accept: text/event-stream' " + site + "/events/load");
    assertThat(load.await("event: load")).contains("\"cpu\":", "\"memoryUsed\":");
    assertThat(demo.terminate()).isZero();
  }

  @Test
  void aNodeAloneLoadsNothingOfACluster() throws IOException, InterruptedException {
    Path loaded = folder.resolve("classes");
    List<String> options = List.of("-Xshare:off", "-Xlog:class+load:file=" + loaded);
    Program alone =
        kept(
            Program.java(
                folder,
                options,
                "serve",
                "--public-port",
                "0",
                "--publish-port",
                "0",
                "--admin-port",
                "0"));
    alone.await("/events'\n");
    assertThat(alone.terminate()).isZero();
    assertThat(Files.readString(loaded))
        .contains("io.sluice.server.Gateway ")
        .doesNotContain("com.hazelcast")
        .doesNotContainPattern("io\\.sluice\\.cluster\\.(?!ClusterFactory )");
  }

  private Program start(String command, String... more) throws IOException {
    List<String> args = new ArrayList<>(List.of(command));
    List<String> given = List.of(more);
    for (String option : new String[] {"--public-port", "--publish-port", "--admin-port"}) {
      if (!given.contains(option)) {
        args.addAll(List.of(option, "0"));
      }
    }
    args.addAll(given);
    return sluice(args.toArray(new String[0]));
  }

  private Program subscribe(String transport, String... args) throws IOException {
    List<String> all = new ArrayList<>(List.of("subscribe", "--transport", transport));
    all.addAll(List.of("--url", clients + "/events"));
    all.addAll(List.of(args));
    return sluice(all.toArray(new String[0]));
  }

  private Program sluice(String... args) throws IOException {
    return kept(Program.sluice(folder, args));
  }

  private Program pasted(String line) throws IOException {
    return kept(Program.pasted(folder, line));
  }

  private Program kept(Program program) {
    programs.add(program);
    return program;
  }

  private static HttpResponse<String> get(HttpClient http, String url)
      throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(HttpClient http, String url, String form)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form))
            .build();
    return http.send(request, BodyHandlers.ofString());
  }
}
