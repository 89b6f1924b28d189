package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code sluice bench} against the packaged gateway, and against servers that deliver wrongly. */
@Timeout(240)
class BenchIT {

  private static final int READERS = 200;

  @TempDir private Path folder = Path.of("");
  private final Vertx vertx = Vertx.vertx();
  private final Typed typed = new Typed();

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "websocket --outstanding 8",
        "websocket --header Sec-WebSocket-Protocol=sluice.v1.json --outstanding 2",
        "sse --channels 3 --outstanding 4",
        "long-poll --rate 20",
        "poll --rate 20 --poll-every 100"
      })
  void everyReaderOfAGatewayGetsEveryEvent(String words) throws Exception {
    try (Program gateway =
        Program.sluice(
            folder, "serve", "--public-port", "0", "--publish-port", "0", "--admin-port", "0")) {
      String clients = gateway.awaitMatch("^  public   (http://\\S+)");
      String publish = gateway.awaitMatch("^  publish  (http://\\S+)");
      String line =
          "bench --url %s/events/{channel} --publish %s/channels/{channel}/events --readers %d --pid %d --warm-up 0 --duration 2 --format json --transport %s"
              .formatted(clients, publish, READERS, gateway.pid(), words);
      int code = typed.run(line.split(" "));
      assertThat(code).as(typed.err() + typed.out()).isEqualTo(Exit.OK);
      JsonObject report = new JsonObject(typed.out());
      long events = report.getLong("events");
      assertThat(events).isPositive();
      long each = READERS / report.getInteger("channels");
      assertThat(report.getLong("deliveries")).isBetween(events * each, events * (each + 1));
      for (String wrong : List.of("gaps", "repeats", "missing", "closed")) {
        assertThat(report.getLong(wrong)).as(wrong).isZero();
      }
      assertThat(report.getJsonObject("server").getDouble("cpuSeconds")).isPositive();
      assertThat(report.getJsonObject("deliveryTimeUs").getLong("p50")).isPositive();
    }
  }

  @Test
  void serverThatRepeatsEventsIsFoundOut() throws Exception {
    String at = serve((stream, event, n) -> stream.write("data: " + event + "\n\n" + event));
    assertThat(bench(at)).isEqualTo(Exit.FAILED);
    assertThat(typed.out()).contains("WRONG").doesNotContain(" 0 repeats").contains("0 gaps");
  }

  @Test
  void serverThatLeavesEventsOutIsFoundOut() throws Exception {
    String at =
        serve(
            (stream, event, n) -> {
              if (n % 5 != 0) {
                stream.write("data: " + event + "\n\n");
              }
            });
    assertThat(bench(at, "--rate", "50")).isEqualTo(Exit.FAILED);
    assertThat(typed.out()).contains("WRONG").doesNotContain(" 0 gaps");
  }

  @Test
  void serverThatRefusesReadersIsSaid() throws Exception {
    HttpServer server = vertx.createHttpServer();
    server.requestHandler(request -> request.response().setStatusCode(404).end());
    assertThat(bench(listen(server))).isEqualTo(Exit.FAILED);
    assertThat(typed.err()).contains("no load").contains("HTTP 404").contains("--url");
    assertThat(typed.out()).isEmpty();
  }

  @Test
  void serverThatIsNotThereIsSaid() {
    assertThat(bench("http://127.0.0.1:1")).isEqualTo(Exit.FAILED);
    assertThat(typed.err()).contains("no load").contains("--publish");
  }

  private int bench(String at, String... more) {
    List<String> line =
        new ArrayList<>(
            List.of("bench", "--transport", "sse", "--url", at + "/a", "--publish", at + "/a"));
    line.addAll(List.of("--readers", "3", "--duration", "1", "--warm-up", "0"));
    line.addAll(List.of(more));
    return typed.run(line.toArray(String[]::new));
  }

  /** How a server hands an event on to a stream. */
  private interface Delivery {
    void deliver(HttpServerResponse stream, String event, int number);
  }

  private String serve(Delivery delivery) throws Exception {
    List<HttpServerResponse> streams = new CopyOnWriteArrayList<>();
    AtomicInteger events = new AtomicInteger();
    HttpServer server = vertx.createHttpServer();
    server.requestHandler(
        request -> {
          if (request.method().name().equals("GET")) {
            streams.add(stream(request));
            return;
          }
          request
              .body()
              .onSuccess(
                  body -> {
                    int number = events.incrementAndGet();
                    streams.forEach(stream -> delivery.deliver(stream, body.toString(), number));
                    request.response().end();
                  });
        });
    return listen(server);
  }

  private static HttpServerResponse stream(HttpServerRequest request) {
    HttpServerResponse stream = request.response().setChunked(true);
    stream.putHeader("Content-Type", "text/event-stream").write(":\n");
    return stream;
  }

  private static String listen(HttpServer server) throws Exception {
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get();
    return "http://127.0.0.1:" + server.actualPort();
  }
}
