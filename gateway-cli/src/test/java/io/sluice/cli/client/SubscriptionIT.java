package io.sluice.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The clients against a server that plays a few lines of the protocol and hangs up. */
@Timeout(120)
class SubscriptionIT {

  private final Vertx vertx = Vertx.vertx();
  private final Recorder seen = new Recorder();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  @Test
  void sseResumesFromTheLastIdAfterTheStreamBroke() throws Exception {
    URI route =
        serve(
            request -> {
              int n = connections.incrementAndGet();
              HttpServerResponse stream = stream(request);
              stream.write(block("sluice.open", "1o" + n, "{\"heartbeat\":25000}"));
              stream.write(":\n");
              stream.write(block("message", "1e" + n, event("a", "1e" + n, "event " + n)));
              request.connection().close();
            });
    Subscription.Result result =
        subscribe(route, Subscription.Transport.SSE, new Start.Head(), 3, "a");
    assertThat(result).isEqualTo(new Subscription.Result(null, "1e3"));
    assertThat(seen.data).containsExactly("event 1", "event 2", "event 3");
    assertThat(asked)
        .containsExactly(
            "/e?channel=a&format=json",
            "/e?channel=a&since=1e1&format=json",
            "/e?channel=a&since=1e2&format=json");
  }

  @Test
  void sseWaitsAsLongAsTheGatewayAsksAndSaysWhy() throws Exception {
    URI route =
        serve(
            request -> {
              HttpServerResponse stream = stream(request);
              if (connections.incrementAndGet() == 1) {
                stream.end("retry: 400\n" + block("sluice.close", "", "{\"reason\":\"draining\"}"));
              } else {
                stream.write(block("x", "1e", event("a", "1e", "back")));
              }
            });
    subscribe(route, Subscription.Transport.SSE, new Start.Since("1s"), 1, "a");
    assertThat(seen.troubles).containsExactly("the gateway said draining");
    assertThat(seen.pauses.get(0)).isGreaterThanOrEqualTo(Duration.ofMillis(400));
    assertThat(asked).allMatch(url -> url.contains("since=1s"));
  }

  @Test
  void refusalForGoodEndsWithTheDetailOfTheProblem() throws Exception {
    URI route =
        serve(
            request ->
                request.response().setStatusCode(403).end("{\"detail\":\"a is not selected\"}"));
    for (Subscription.Transport transport : Subscription.Transport.values()) {
      Subscription.Result result = subscribe(route, transport, new Start.Head(), 1, "a");
      assertThat(result.refusal()).as(transport.toString()).startsWith("HTTP 403");
    }
    assertThat(seen.troubles).isEmpty();
  }

  @Test
  void aPageThatIsNoPushRouteEndsWithWhatCame() throws Exception {
    URI route =
        serve(
            request ->
                request
                    .response()
                    .putHeader("Content-Type", "text/html; charset=utf-8")
                    .setChunked(true)
                    .write("<h1>Welcome</h1>") // and no end
                    .onSuccess(
                        written -> {
                          if (!"text/event-stream".equals(request.getHeader("Accept"))) {
                            request.response().end();
                          }
                        }));
    for (Subscription.Transport transport : Subscription.Transport.values()) {
      Subscription.Result result = subscribe(route, transport, new Start.Head(), 1, "a");
      assertThat(result.refusal())
          .as(transport.toString())
          .startsWith("HTTP 200")
          .endsWith(": is this a push route?");
    }
    assertThat(seen.troubles).isEmpty();
  }

  @Test
  void jsonThatIsNoAnswerToAPollEnds() throws Exception {
    for (String body : List.of("[1]", "null", "{", "{}", "{\"events\":7,\"next\":\"1\"}")) {
      URI route =
          serve(
              request ->
                  request.response().putHeader("Content-Type", "application/json").end(body));
      assertThat(subscribe(route, Subscription.Transport.POLL, new Start.Head(), 1, "a").refusal())
          .as(body)
          .isEqualTo("HTTP 200 without events and next: is this a push route?");
    }
    assertThat(seen.troubles).isEmpty();
  }

  @Test
  void whatMayPassIsTriedAgain() throws Exception {
    URI route =
        serve(
            request -> {
              if (connections.incrementAndGet() == 1) {
                request.response().setStatusCode(503).putHeader("Retry-After", "1").end("{}");
              } else {
                answer(request, "1n", entry("a", "1n", "later"));
              }
            });
    subscribe(route, Subscription.Transport.LONG_POLL, new Start.Head(), 1, "a");
    assertThat(seen.troubles).containsExactly("HTTP 503");
    assertThat(seen.pauses.get(0)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void pollsGoOnFromNextAndLongPollsAskToWait() throws Exception {
    List<String> prefer = new CopyOnWriteArrayList<>();
    URI route =
        serve(
            request -> {
              prefer.add(request.headers().get("Prefer"));
              int n = connections.incrementAndGet();
              answer(request, "1n" + n, entry("a", "1n" + n, "event " + n));
            });
    Subscription.Result result =
        subscribe(route, Subscription.Transport.LONG_POLL, new Start.Rewind(7), 2, "a");
    assertThat(result.cursor()).isEqualTo("1n2");
    assertThat(asked).containsExactly("/e?channel=a&rewind=7", "/e?channel=a&since=1n1");
    assertThat(prefer).containsOnly("wait=25");
  }

  @Test
  void countedPollsOfSeveralChannelsTakeOneEntryAtATimeSoThatTheCursorIsWhole() throws Exception {
    URI route = serve(request -> answer(request, "1n.1m", entry("a", "1n", "x")));
    Subscription.Result result =
        subscribe(route, Subscription.Transport.POLL, new Start.Head(), 1, "a", "b");
    assertThat(result.cursor()).isEqualTo("1n.1m");
    assertThat(asked).containsExactly("/e?channel=a&channel=b&limit=1");
  }

  @Test
  void webSocketSubscribesChannelByChannelAndResumesEachByItsPart() throws Exception {
    List<JsonObject> subscribed = new CopyOnWriteArrayList<>();
    HttpServer server = webSockets();
    server.webSocketHandler(socket -> play(socket, connections.incrementAndGet(), subscribed));
    URI route = listen(server);
    Subscription.Result result =
        subscribe(route, Subscription.Transport.WEBSOCKET, new Start.Rewind(2), 4, "a", "b");
    assertThat(result.cursor()).isEqualTo("1a2.1b2");
    assertThat(seen.data).containsExactly("a 1", "b 1", "a 2", "b 2");
    assertThat(seen.troubles).containsExactly("the gateway said draining");
    assertThat(subscribed)
        .containsExactly(
            subscribe("a").put("rewind", 2),
            subscribe("b").put("rewind", 2),
            subscribe("a").put("since", "1a1"),
            subscribe("b").put("since", "1b1"));
  }

  @Test
  void enoughAmidASubscribeWaitsForTheOtherPartsSoThatTheCursorIsWhole() throws Exception {
    HttpServer server = webSockets();
    server.webSocketHandler(
        socket -> {
          socket.writeTextMessage("{\"op\":\"hello\",\"channels\":[],\"cursor\":\"\"}");
          socket.textMessageHandler(
              text -> {
                String channel = new JsonObject(text).getString("channel");
                if (channel.equals("b")) {
                  socket.writeTextMessage(event("a", "1a2", "too many"));
                }
                socket.writeTextMessage(subscribed(channel, "1" + channel + "0"));
                socket.writeTextMessage(event(channel, "1" + channel + "1", "x"));
              });
        });
    URI route = listen(server);
    Subscription.Result result =
        subscribe(route, Subscription.Transport.WEBSOCKET, new Start.Rewind(1), 1, "a", "b");
    assertThat(result.cursor()).isEqualTo("1a1.1b0");
    assertThat(seen.data).containsExactly("x");
  }

  @Test
  void aWebSocketWithoutOurSubprotocolEndsThoughItSaysNothing() throws Exception {
    HttpServer server = vertx.createHttpServer();
    server.webSocketHandler(socket -> connections.incrementAndGet());
    Subscription.Result result =
        subscribe(listen(server), Subscription.Transport.WEBSOCKET, new Start.Head(), 1, "a");
    assertThat(result.refusal())
        .isEqualTo("a WebSocket without the subprotocol sluice.v1.json: is this a push route?");
    assertThat(connections).hasValue(1);
    assertThat(seen.troubles).isEmpty();
  }

  @Test
  void aWebSocketWhoseFirstMessageIsNoHelloEnds() throws Exception {
    for (String first : List.of("hi", "[1]", "null", "{}", "{\"op\":\"welcome\"}", "binary")) {
      HttpServer server = webSockets();
      server.webSocketHandler(
          socket -> {
            if (first.equals("binary")) {
              socket.writeBinaryMessage(Buffer.buffer(first));
            } else {
              socket.writeTextMessage(first);
            }
          });
      Subscription.Result result =
          subscribe(listen(server), Subscription.Transport.WEBSOCKET, new Start.Head(), 1, "a");
      assertThat(result.refusal())
          .as(first)
          .isEqualTo("the first message is no hello: is this a push route?");
    }
    assertThat(seen.troubles).isEmpty();
  }

  @Test
  void aCloseBeforeTheHelloIsTriedAgain() throws Exception {
    HttpServer server = webSockets();
    server.webSocketHandler(
        socket -> {
          if (connections.incrementAndGet() == 1) {
            socket.close((short) 1013, "overloaded");
          } else {
            play(socket, 2, new ArrayList<>());
          }
        });
    subscribe(listen(server), Subscription.Transport.WEBSOCKET, new Start.Head(), 1, "a");
    // The JDK may see the end of the connection before the frame that says why.
    assertThat(seen.troubles).hasSize(1);
    assertThat(seen.data).containsExactly("a 2");
  }

  @Test
  void nothingListeningIsTroubleAndNotTheEnd() throws Exception {
    HttpServer server = vertx.createHttpServer().requestHandler(request -> {});
    URI route = listen(server);
    server.close().toCompletionStage().toCompletableFuture().get();
    Thread reader = Thread.currentThread();
    seen.onTrouble = reader::interrupt;
    for (Subscription.Transport transport : Subscription.Transport.values()) {
      try {
        subscribe(route, transport, new Start.Head(), 1, "a");
      } catch (InterruptedException interrupted) {
        // The recorder did it, so that the test ends.
      }
    }
    assertThat(seen.troubles).hasSize(4).containsOnly("nothing listens there");
  }

  private void play(ServerWebSocket socket, int connection, List<JsonObject> subscribed) {
    asked.add(socket.uri());
    socket.writeTextMessage(
        "{\"op\":\"hello\",\"heartbeat\":25000,\"channels\":[],\"cursor\":\"\"}");
    socket.textMessageHandler(
        text -> {
          JsonObject message = new JsonObject(text);
          subscribed.add(message);
          String channel = message.getString("channel");
          String part = "1" + channel + connection;
          socket.writeTextMessage(subscribed(channel, part));
          socket.writeTextMessage("{\"op\":\"beat\"}");
          socket.writeTextMessage(event(channel, part, channel + " " + connection));
          if (channel.equals("b")) {
            socket.close((short) 1012, "draining");
          }
        });
  }

  private Subscription.Result subscribe(
      URI route, Subscription.Transport transport, Start start, int count, String... channels)
      throws Exception {
    seen.enough = count;
    Target target = new Target(route, List.of(channels), SSLContext.getDefault());
    return new Subscription(target, transport, start, seen, true).read();
  }

  private URI serve(io.vertx.core.Handler<HttpServerRequest> handler) throws Exception {
    return listen(
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  asked.add(request.uri());
                  handler.handle(request);
                }));
  }

  /** A server that selects our subprotocol. */
  private HttpServer webSockets() {
    return vertx.createHttpServer(
        new HttpServerOptions().addWebSocketSubProtocol("sluice.v1.json"));
  }

  private static URI listen(HttpServer server) throws Exception {
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get();
    return URI.create("http://127.0.0.1:" + server.actualPort() + "/e");
  }

  private static HttpServerResponse stream(HttpServerRequest request) {
    return request.response().putHeader("Content-Type", "text/event-stream").setChunked(true);
  }

  private static void answer(HttpServerRequest request, String next, JsonObject entry) {
    JsonObject body = new JsonObject(Map.of("events", List.of(entry.getMap()), "next", next));
    request.response().putHeader("Content-Type", "application/json").end(body.toBuffer());
  }

  private static String block(String event, String id, String data) {
    return "event: " + event + "\nid: " + id + "\ndata: " + data + "\n\n";
  }

  private static String event(String channel, String cursor, String data) {
    return entry(channel, cursor, data).encode();
  }

  private static JsonObject entry(String channel, String cursor, String data) {
    return new JsonObject().put("channel", channel).put("cursor", cursor).put("data", data);
  }

  private static String subscribed(String channel, String part) {
    return new JsonObject()
        .put("op", "subscribed")
        .put("channel", channel)
        .put("cursor", part)
        .encode();
  }

  private static JsonObject subscribe(String channel) {
    return new JsonObject().put("op", "subscribe").put("channel", channel);
  }

  private static final class Recorder implements Observer {
    private final List<String> data = new ArrayList<>();
    private final List<String> troubles = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private Runnable onTrouble = () -> {};
    private int enough = 1;

    @Override
    public boolean onEntry(JsonObject entry) {
      data.add(entry.getString("data"));
      return data.size() < enough;
    }

    @Override
    public void onOpen(String cursor) {
      assertThat(cursor).isNotNull();
    }

    @Override
    public void onTrouble(String reason, Duration pause) {
      troubles.add(reason);
      pauses.add(pause);
      onTrouble.run();
    }
  }
}
