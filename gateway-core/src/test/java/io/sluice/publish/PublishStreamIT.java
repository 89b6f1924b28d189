package io.sluice.publish;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Broker;
import io.sluice.config.Config;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Bodies that stream or are not read to their end, and a broker that cannot answer. */
class PublishStreamIT {

  /** Far more results than the gateway's socket and a small one of the client's hold. */
  private static final int CHUNKS = 14;

  private static final int SMALL_BUFFER = 16 << 10;

  private static final String[] NDJSON = {"Content-Type", "application/x-ndjson"};

  private PublishBed bed;

  @BeforeEach
  void start() throws Exception {
    bed = new PublishBed();
  }

  @AfterEach
  void stop() throws Exception {
    bed.close();
  }

  private void restart(Config.Publish config) throws Exception {
    bed.close();
    bed = new PublishBed(config, broker -> broker);
  }

  @Proves({"PUB-6", "PUB-2"})
  @Test
  void eachLineIsAnsweredByALine() throws Exception {
    var response =
        bed.post(
            "/events", item("a", 1) + "\n\n \r\n" + item("b", 2) + "\r\n" + item("a", 3), NDJSON);

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/x-ndjson");
    List<JsonObject> lines = response.body().lines().map(JsonObject::new).toList();
    assertThat(lines).extracting(line -> line.getString("channel")).containsExactly("a", "b", "a");
    assertThat(response.body()).endsWith("\n");
    assertThat(bed.events("a")).hasSize(2);
  }

  @Proves("PUB-6")
  @Test
  void theFirstBadLineEndsTheAnswerAndLinesBeforeItStay() throws Exception {
    var response = bed.post("/events", item("a", 1) + "\nnonsense\n" + item("a", 2) + "\n", NDJSON);

    List<JsonObject> lines = response.body().lines().map(JsonObject::new).toList();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1).getInteger("line")).isEqualTo(2);
    assertThat(lines.get(1).getInteger("status")).isEqualTo(422);
    assertThat(lines.get(1).getString("slug")).isEqualTo("invalid");
    assertThat(bed.events("a")).hasSize(1);
  }

  @Proves("PUB-6")
  @Test
  void aLineIsAnsweredBeforeTheNextIsSent() throws Exception {
    try (Socket socket = stream()) {
      for (int i = 0; i < 3; i++) {
        chunk(socket, item("a", i) + "\n");
        assertThat(PublishBed.read(socket, "\n\r\n")).contains("\"channel\":\"a\"");
      }
      socket.getOutputStream().write("0\r\n\r\n".getBytes(ISO_8859_1));
      assertThat(PublishBed.read(socket, "0\r\n\r\n")).endsWith("0\r\n\r\n");
    }
  }

  @Proves("PUB-6")
  @Test
  void readingStopsWhileResultsAreNotReadAndGoesOnAfterwards() throws Exception {
    String name = "\\\"".repeat(250); // takes twice its bytes in a result
    String line = "{\"channel\":\"" + name + "\",\"data\":1}\n";
    String lines = line.repeat(1000);
    String chunk = Integer.toHexString(lines.length()) + "\r\n" + lines + "\r\n";
    try (Socket socket = stream(bed.connect(SMALL_BUFFER))) {
      AtomicInteger sent = new AtomicInteger();
      Thread sender =
          new Thread(
              () -> {
                try {
                  OutputStream out = socket.getOutputStream();
                  for (int i = 0; i < CHUNKS; i++) {
                    out.write(chunk.getBytes(ISO_8859_1));
                    sent.incrementAndGet();
                  }
                  out.write("0\r\n\r\n".getBytes(ISO_8859_1));
                } catch (IOException ended) {
                  sent.set(-1);
                }
              });
      sender.start();
      long published = settled();
      assertThat(published).isLessThan(CHUNKS * 1000L);

      long results = count(socket);
      sender.join(30_000);
      assertThat(sent.get()).isEqualTo(CHUNKS);
      assertThat(results).isEqualTo(CHUNKS * 1000L);
    }
  }

  /** That nothing more happens shows by time alone: the number of publishes stands still. */
  private long settled() throws Exception {
    long last = -1;
    while (true) {
      long now = bed.counted(all -> all.eventsPublished.labelValues("none", "stored"));
      if (now == last && now > 0) {
        return now;
      }
      last = now;
      new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS);
    }
  }

  private static long count(Socket socket) throws IOException {
    long results = 0;
    byte[] piece = new byte[1 << 16];
    byte[] last = new byte[5];
    while (!new String(last, ISO_8859_1).equals("0\r\n\r\n")) {
      int n = socket.getInputStream().read(piece);
      for (int i = 0; i < n; i++) {
        results += piece[i] == '}' ? 1 : 0;
        System.arraycopy(last, 1, last, 0, 4);
        last[4] = piece[i];
      }
      if (n < 0) {
        throw new IOException("cut after " + results + " results");
      }
    }
    return results;
  }

  /** Whether the connection ends, however it does; a time-out is thrown. */
  private static boolean ends(Socket socket) throws IOException {
    try {
      while (socket.getInputStream().read() >= 0) {
        // what is left of the answer
      }
    } catch (SocketException reset) {
      // an end as well
    }
    return true;
  }

  @Proves({"PUB-6", "PUB-9"})
  @Test
  void aLineThatIsTooLongIsNotReadToItsEnd() throws Exception {
    restart(limits(1 << 20, 100));
    try (Socket socket = stream()) {
      chunk(socket, item("a", 1) + "\n" + "x".repeat(70_000));
      String answer = PublishBed.read(socket, "\"line\":2"); // a reset may follow

      assertThat(answer).contains("\"slug\":\"too-large\"", "\"line\":2");
      assertThat(ends(socket)).isTrue();
    }
  }

  @Proves("PUB-7")
  @Test
  void aStreamThatIsRetriedWholeAppendsNothing() throws Exception {
    String[] headers = {"Content-Type", "application/x-ndjson", "Idempotency-Key", "s1"};
    bed.post("/events", item("a", 1) + "\n" + item("a", 2), headers);
    var again =
        bed.post("/events", item("a", 1) + "\n" + item("a", 2) + "\n" + item("a", 3), headers);

    assertThat(again.body().lines().map(line -> new JsonObject(line).getBoolean("repeated")))
        .containsExactly(true, true, null);
    assertThat(bed.events("a")).hasSize(3);
  }

  @Proves("PUB-9")
  @Test
  void aBodyAboveItsLimitIsRefusedWithoutBeingReadToItsEnd() throws Exception {
    try (Socket socket = bed.connect()) {
      head(socket, "/channels/c/events", "Content-Length: 999999999\r\n");

      String answer = PublishBed.read(socket, "");
      assertThat(answer).startsWith("HTTP/1.1 413").containsIgnoringCase("connection: close");
      assertThat(answer).contains("\"slug\":\"too-large\"");
    }
  }

  @Proves("PUB-9")
  @Test
  void aChunkedBodyIsCutAtItsLimit() throws Exception {
    restart(limits(1000, 1000));
    try (Socket socket = bed.connect()) {
      head(socket, "/channels/c/events", "Transfer-Encoding: chunked\r\n");
      chunk(socket, "x".repeat(600));
      chunk(socket, "x".repeat(600));

      assertThat(PublishBed.read(socket, "")).startsWith("HTTP/1.1 413");
    }
    assertThat(bed.events("c")).isEmpty();
  }

  @Test
  void aSmallRefusedBodyLeavesTheConnectionUsable() throws Exception {
    try (Socket socket = bed.connect()) {
      head(socket, "/nothing", "Content-Length: 3\r\n");
      socket.getOutputStream().write("abc".getBytes(ISO_8859_1));
      assertThat(PublishBed.read(socket, "}")).startsWith("HTTP/1.1 404");

      head(socket, "/channels/c/events", "Content-Length: 1\r\n");
      socket.getOutputStream().write("x".getBytes(ISO_8859_1));
      assertThat(PublishBed.read(socket, "}")).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aClientThatAsksFirstIsToldToGoOnOnlyIfItsBodyIsWanted() throws Exception {
    try (Socket socket = bed.connect()) {
      head(socket, "/channels/c/events", "Expect: 100-continue\r\nContent-Length: 1\r\n");
      assertThat(PublishBed.read(socket, "\r\n\r\n")).startsWith("HTTP/1.1 100");
      socket.getOutputStream().write("x".getBytes(ISO_8859_1));
      assertThat(PublishBed.read(socket, "}")).startsWith("HTTP/1.1 200");
    }
    try (Socket socket = bed.connect()) {
      head(socket, "/channels//events", "Expect: 100-continue\r\nContent-Length: 1\r\n");
      assertThat(PublishBed.read(socket, "")).startsWith("HTTP/1.1 400");
    }
  }

  @Proves("PUB-8")
  @Test
  void cloudEventsComeInThreeModes() throws Exception {
    var binary =
        bed.post(
            "/events?channel=c",
            "<x/>",
            "Content-Type",
            "application/xml",
            "ce-specversion",
            "1.0",
            "ce-id",
            "1",
            "ce-source",
            "/shop%20one",
            "ce-type",
            "order.paid");
    String event =
        "{\"specversion\":\"1.0\",\"id\":\"2\",\"source\":\"/s\",\"type\":\"t\",\"channel\":\"c\","
            + "\"data\":{\"n\":1.50}}";
    var structured = bed.post("/events", event, "Content-Type", "application/cloudevents+json");
    var repeated =
        bed.post(
            "/events", "[" + event + "]", "Content-Type", "application/cloudevents-batch+json");

    assertThat(binary.statusCode()).isEqualTo(200);
    assertThat(structured.statusCode()).isEqualTo(200);
    assertThat(repeated.body()).contains("\"results\":[{", "\"repeated\":true");
    JsonObject first = bed.events("c").getJsonObject(0);
    assertThat(first.getString("name")).isEqualTo("order.paid");
    assertThat(first.getString("type")).isEqualTo("application/xml");
    assertThat(first.getString("data")).isEqualTo("<x/>");
    assertThat(bed.send("GET", "/channels/c/events", "").body()).contains("\"data\":{\"n\":1.50}");
  }

  @Proves("PUB-8")
  @Test
  void aCloudEventWithoutARequiredAttributeIsRefused() throws Exception {
    var response =
        bed.post(
            "/events?channel=c",
            "{\"specversion\":\"1.0\",\"source\":\"/s\",\"type\":\"sluice.x\"}",
            "Content-Type",
            "application/cloudevents+json");

    assertThat(response.statusCode()).isEqualTo(422);
    assertThat(response.body()).contains("\"pointer\":\"/id\"", "\"pointer\":\"/type\"");
    var nowhere =
        bed.post(
            "/events",
            "x",
            "ce-specversion",
            "1.0",
            "ce-id",
            "1",
            "ce-source",
            "s",
            "ce-type",
            "t");
    assertThat(nowhere.statusCode()).isEqualTo(422);
    assertThat(nowhere.body()).contains("\"pointer\":\"/channel\"");
  }

  @Proves("PUB-13")
  @Test
  void aBrokerThatCannotAnswerIs503() throws Exception {
    bed.close();
    bed = new PublishBed(Config.Publish.DEFAULT, PublishStreamIT::unavailable);

    for (var response :
        List.of(
            bed.post("/channels/c/events", "x"),
            bed.items("[" + item("a", 1) + "," + item("b", 2) + "]"),
            bed.send("GET", "/channels/c", ""),
            bed.send("DELETE", "/channels/c/events", ""))) {
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.headers().firstValue("Retry-After")).isPresent();
      assertThat(response.body()).contains("\"slug\":\"unavailable\"");
    }
    assertThat(bed.post("/events", item("a", 1), NDJSON).body())
        .contains("\"slug\":\"unavailable\"", "\"line\":1");
  }

  @Proves("PUB-13")
  @Test
  void anArrayOfWhichSomeIsInSaysWhatIsNot() throws Exception {
    bed.close();
    bed = new PublishBed(Config.Publish.DEFAULT, PublishStreamIT::unavailableForBad);

    var response = bed.items("[" + item("bad", 1) + "," + item("good", 2) + "]");
    assertThat(response.statusCode()).isEqualTo(200);
    var results = PublishBed.json(response).getJsonArray("results");
    assertThat(results.getJsonObject(0).getInteger("status")).isEqualTo(503);
    assertThat(results.getJsonObject(0).getString("slug")).isEqualTo("unavailable");
    assertThat(results.getJsonObject(1).getString("cursor")).isNotEmpty();
    assertThat(bed.items("[" + item("bad", 1) + "]").statusCode()).isEqualTo(503);
  }

  private static Broker unavailableForBad(Broker broker) {
    return (Broker)
        Proxy.newProxyInstance(
            Broker.class.getClassLoader(),
            new Class<?>[] {Broker.class},
            (proxy, method, arguments) ->
                arguments[0].equals("bad")
                    ? Future.failedFuture(new Broker.Unavailable("no quorum"))
                    : method.invoke(broker, arguments));
  }

  private static Broker unavailable(Broker broker) {
    return (Broker)
        Proxy.newProxyInstance(
            Broker.class.getClassLoader(),
            new Class<?>[] {Broker.class},
            (proxy, method, arguments) -> Future.failedFuture(new Broker.Unavailable("no quorum")));
  }

  private Socket stream() throws IOException {
    return stream(bed.connect());
  }

  private static Socket stream(Socket socket) throws IOException {
    head(socket, "/events", "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n");
    return socket;
  }

  private static void head(Socket socket, String path, String headers) throws IOException {
    socket
        .getOutputStream()
        .write(
            ("POST " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n").getBytes(ISO_8859_1));
  }

  private static void chunk(Socket socket, String data) throws IOException {
    socket
        .getOutputStream()
        .write((Integer.toHexString(data.length()) + "\r\n" + data + "\r\n").getBytes(ISO_8859_1));
  }

  private static Config.Publish limits(int body, int event) {
    return new Config.Publish(
        List.of(),
        false,
        body,
        event,
        100,
        Duration.ofMinutes(5),
        1_000_000,
        200,
        4 << 20,
        Config.Bodies.DEFAULT);
  }

  private static String item(String channel, int data) {
    return "{\"channel\":\"" + channel + "\",\"data\":" + data + "}";
  }
}
