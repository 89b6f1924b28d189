package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that ask a running gateway, and answers of all sorts. */
final class AdminCommandsIT {

  private final Map<String, Answer> answers = new HashMap<>();
  private HttpServer server;

  private record Answer(int status, String body) {}

  @BeforeEach
  void listen() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          Answer answer =
              answers.getOrDefault(
                  exchange.getRequestURI().getPath(), new Answer(200, "<h1>Welcome</h1>"));
          byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer.status(), body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
  }

  private Typed run(int code, String... args) {
    Typed typed = new Typed();
    String[] all = new String[args.length + 2];
    System.arraycopy(args, 0, all, 0, args.length);
    all[args.length] = "--admin";
    all[args.length + 1] = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    assertThat(typed.run(all)).as(typed.err()).isEqualTo(code);
    return typed;
  }

  /** A page of some app is no word about a gateway, though its status is 200. */
  @ParameterizedTest
  @ValueSource(strings = {"status", "health", "reload"})
  void whatIsNoGatewayIsSaidToBeNone(String command) {
    Typed typed = run(Exit.FAILED, command);
    assertThat(typed.out()).isEmpty();
    assertThat(typed.err())
        .contains("HTTP 200", "is --admin the admin listener?")
        .doesNotContain("Exception");
  }

  /** No word of JSON, JSON of another kind, an object that says nothing of a gateway. */
  @ParameterizedTest
  @ValueSource(
      strings = {"<h1>Welcome</h1>", "", "null", "[1]", "7", "{}", "{\"cursor\":1,\"routes\":2}"})
  void whatAnswersInPlaceOfAGatewayIsToldInOneLine(String body) {
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    for (int status : new int[] {200, 404}) {
      for (String path : List.of("/channels/demo/events", "/channels", "/readyz", "/reload")) {
        answers.put(path, new Answer(status, body));
      }
      Typed publish = new Typed();
      assertThat(publish.run("publish", "demo", "x", "--url", url)).isEqualTo(Exit.FAILED);
      assertThat(publish.out()).isEmpty();
      assertThat(publish.err())
          .hasLineCount(1)
          .contains(url + "/channels/demo/events = HTTP " + status)
          .endsWith("is --url the publish listener?\n");
      for (String command : List.of("status", "health", "reload")) {
        assertThat(run(Exit.FAILED, command).err())
            .hasLineCount(1)
            .endsWith("is --admin the admin listener?\n");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"status", "health", "reload"})
  void nobodyThereIsSaidWithWhatToDo(String command) {
    Typed typed = new Typed();
    assertThat(typed.run(command, "--admin", "http://127.0.0.1:1")).isEqualTo(Exit.FAILED);
    assertThat(typed.err()).contains("no answer", "http://127.0.0.1:1", "--admin");
  }

  @Test
  void healthSaysYesOrNoAndWhy() {
    answers.put("/readyz", new Answer(200, "{\"ready\":true}"));
    assertThat(run(Exit.OK, "health").out()).isEqualTo("ready\n");
    answers.put("/readyz", new Answer(503, "{\"ready\":false,\"reasons\":[\"draining\"]}"));
    assertThat(run(Exit.FAILED, "health").out()).isEqualTo("not ready: draining\n");
    assertThat(new JsonObject(run(Exit.FAILED, "health", "--format", "json").out()))
        .isEqualTo(
            new JsonObject().put("ready", false).put("reasons", new JsonArray().add("draining")));
    answers.put("/livez", new Answer(503, "{\"live\":false,\"stuck-event-loops\":[1]}"));
    assertThat(run(Exit.FAILED, "health", "--live").out()).isEqualTo("not live\n");
  }

  private void serve(String nodes) {
    answers.put("/livez", new Answer(200, "{\"live\":true}"));
    answers.put("/readyz", new Answer(200, "{\"ready\":true}"));
    answers.put("/metrics", new Answer(200, "sluice_channels 0\n"));
    answers.put("/channels", new Answer(200, "{\"channels\":[]}"));
    answers.put("/nodes", new Answer(200, nodes));
  }

  @Test
  void statusHasALineForEachNodeOfACluster() {
    serve(
        """
        {"size":3,"majority":2,"quorum":true,"nodes":[
         {"id":"00000000000000a1","address":"10.0.0.1:5701","version":"1.2.3","self":true,
          "ready":true,"reasons":[],"connections":1204,"readers":1310,"follows":87,
          "lag":{"channels-behind":2,"waiting-bytes":0,"compared-ms":412}},
         {"id":"00000000000000b2","address":"10.0.0.2:5701","version":"1.2.3","self":false,
          "ready":false,"reasons":["draining"],"connections":0,"readers":0,"follows":0,
          "lag":{"channels-behind":0,"waiting-bytes":0,"compared-ms":3}},
         {"id":"00000000000000c3","address":"10.0.0.3:5701","version":"1.2.3","self":false,
          "answers":false}]}""");
    assertThat(run(Exit.OK, "status").out())
        .contains(
            """
            nodes        3 of 3, quorum (2 are a majority)
                id                address                version      connections  readers  follows  state
              * 00000000000000a1  10.0.0.1:5701          1.2.3               1204     1310       87  ready, 2 channels behind
                00000000000000b2  10.0.0.2:5701          1.2.3                  0        0        0  NOT READY: draining
                00000000000000c3  10.0.0.3:5701          1.2.3                                       NO ANSWER
            """);
    JsonObject json = new JsonObject(run(Exit.OK, "status", "--format", "json").out());
    assertThat(json.getJsonObject("cluster").getInteger("majority")).isEqualTo(2);
    assertThat(json.getJsonObject("cluster").getJsonArray("nodes")).hasSize(3);
  }

  @Test
  void statusOfANodeAloneDoesNotSpeakOfACluster() {
    serve("{\"size\":1,\"majority\":1,\"quorum\":true,\"nodes\":[{\"id\":\"a\",\"self\":true}]}");
    assertThat(run(Exit.OK, "status").out()).contains("health       live").doesNotContain("nodes");
  }

  @Test
  void statusTellsOfTheNodesWhenNoChannelCanBeListed() {
    serve(
        "{\"size\":3,\"majority\":2,\"quorum\":false,\"nodes\":[{\"id\":\"a\",\"address\":\"b\","
            + "\"version\":\"c\",\"self\":true,\"reasons\":[\"no-quorum\"]}]}");
    answers.put("/readyz", new Answer(503, "{\"ready\":false,\"reasons\":[\"no-quorum\"]}"));
    answers.put(
        "/channels", new Answer(503, "{\"slug\":\"unavailable\",\"detail\":\"no majority\"}"));
    assertThat(run(Exit.FAILED, "status").out())
        .contains(
            "nodes        1 of 3, NO QUORUM (2 are a majority)",
            "NOT READY: no-quorum",
            "not known now: no majority");
  }

  @Test
  void reloadTellsMistakesAndRefusalsApart() {
    answers.put(
        "/reload",
        new Answer(422, "{\"detail\":\"not reloaded\",\"problems\":[{\"text\":\"x.yaml:1\"}]}"));
    assertThat(run(Exit.USAGE, "reload").err()).contains("x.yaml:1", "not reloaded");
    answers.put("/reload", new Answer(503, "{\"detail\":\"the node is stopping\"}"));
    assertThat(run(Exit.FAILED, "reload").err()).contains("HTTP 503 the node is stopping");
  }
}
