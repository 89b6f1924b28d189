package io.sluice.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.ChannelPattern;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.http.guard.Corpus;
import io.sluice.transport.ClientFrames;
import io.sluice.transport.StrictEventStream;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What comes of the kept names and data at a real gateway: published in every way, read in every
 * way, with somebody who listens to what looks like a pattern and must hear nothing.
 */
@Timeout(240)
final class NamesIT {

  /** None of them is published to. */
  private static final List<String> PATTERNS =
      List.of("bystander", "**", "r*", "?oom", "[a-z]*", ".*", "%", "#", "+", ">", "__*", "room,*");

  private static TestGateway gateway;
  private static RawClient bystander;

  static List<Corpus.Vector> channels() {
    return section("channels");
  }

  static List<Corpus.Vector> eventNames() {
    return section("event names");
  }

  private static List<Corpus.Vector> section(String name) {
    return Corpus.of("/io/sluice/server/names.txt").stream()
        .filter(vector -> vector.section().equals(name))
        .toList();
  }

  @BeforeAll
  static void start() throws Exception {
    gateway = TestGateway.start(TestGateway.config(route("/events/{channel}"), route("/any")));
    bystander = RawClient.connect(gateway.port(Listener.PUBLIC));
    String query = String.join("&channel=", PATTERNS.stream().map(NamesIT::encoded).toList());
    bystander.request(
        "GET /any?format=json&channel=" + query + " HTTP/1.1",
        "Host: x",
        "Accept: text/event-stream");
    bystander.readUntil("sluice.open");
  }

  private static Route route(String path) {
    Route.Push usual = Route.Push.DEFAULT;
    Route.Push push =
        new Route.Push(
            path.contains("{") ? "{channel}" : null,
            List.of(new ChannelPattern("*")),
            usual.transports(),
            usual.origins(),
            Duration.ofMinutes(10), // no beat among what is read
            usual.retryMin(),
            usual.retryMax(),
            usual.poll(),
            usual.history(),
            usual.compression());
    return new Route(PathTemplate.parse(path), push, null);
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.publish("bystander", "the end");
    assertThat(bystander.readUntil("the end").split("\"channel\"", -1)).hasSize(2);
    bystander.close();
    assertThat(gateway.metrics()).doesNotContain("reason=\"internal\"");
    gateway.close();
  }

  private static String encoded(String latin) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : latin.getBytes(ISO_8859_1)) {
      encoded.append(String.format("%%%02X", b));
    }
    return encoded.toString();
  }

  /** As bytes of a JSON string: what must be escaped is, what is no UTF-8 stays. */
  private static String quoted(String latin) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < latin.length(); i++) {
      char c = latin.charAt(i);
      boolean plain = c >= ' ' && c != '"' && c != '\\';
      quoted.append(plain ? "" + c : String.format("\\u%04x", (int) c));
    }
    return quoted.append('"').toString();
  }

  /** The status and the body of a request's answer, a character for each byte. */
  private static String ask(Listener listener, String line, String headers, String body)
      throws Exception {
    try (RawClient client = RawClient.connect(gateway.port(listener))) {
      String length = "Content-Length: " + body.length();
      String head = String.join("\r\n", line + " HTTP/1.1", "Host: localhost", headers, length);
      client.send((head + "\r\nConnection: close\r\n\r\n" + body).getBytes(ISO_8859_1));
      String answer = client.rest();
      assertThat(answer.substring(0, answer.indexOf("\r\n\r\n")))
          .startsWith("HTTP/1.1 ")
          .doesNotContain("\r\nX-Injected")
          .doesNotContain("\r\nX: y");
      return answer.substring(9, 13) + answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
  }

  private static String publishItem(String member, String latin) throws Exception {
    String channel = member.equals("channel") ? "" : "\"channel\":\"names\",";
    String body = "{" + channel + "\"data\":\"hello\",\"" + member + "\":" + quoted(latin) + "}";
    return ask(Listener.PUBLISH, "POST /events", "Content-Type: application/json", body);
  }

  private static String since(String published) {
    return new JsonObject(published.substring(4)).getString("cursor");
  }

  @ParameterizedTest
  @MethodSource("channels")
  @Proves({"NAM-1", "NAM-2", "NAM-3", "SEL-1", "SEL-4"})
  void aChannel(Corpus.Vector vector) throws Exception {
    String path = encoded(vector.raw());
    String byPath = ask(Listener.PUBLISH, "POST /channels/" + path + "/events", "X-A: b", "hello");
    String byItem = publishItem("channel", vector.raw());
    String ofTemplate = ask(Listener.PUBLIC, "GET /events/" + path + "?rewind=2", "X-A: b", "");
    String ofQuery = ask(Listener.PUBLIC, "GET /any?rewind=2&channel=" + path, "X-A: b", "");
    if (vector.expected().equals("bad")) {
      assertThat(byPath).matches("(?s)(400|404|414) .*");
      assertThat(byItem).matches("(?s)(400|422) .*");
      assertThat(ofTemplate).matches("(?s)(400|404|414) .*");
      assertThat(ofQuery).matches("(?s)(400|414) .*");
    } else {
      assertThat(byPath).startsWith("200 ");
      assertThat(byItem).startsWith("200 ");
      assertThat(ofQuery).startsWith("200 ");
      bothAreThere(ofQuery, vector);
      if (vector.expected().equals("query")) {
        assertThat(ofTemplate).startsWith("400 ");
      } else {
        bothAreThere(ofTemplate, vector);
      }
      assertThat(since(byItem)).isNotEqualTo(since(byPath));
    }
  }

  private static void bothAreThere(String answer, Corpus.Vector vector) {
    String utf8 = new String(answer.substring(4).getBytes(ISO_8859_1), UTF_8);
    JsonArray events = new JsonObject(utf8).getJsonArray("events");
    assertThat(events).hasSize(2);
    for (Object event : events) {
      assertThat(((JsonObject) event).getString("channel"))
          .isEqualTo(new String(vector.bytes(), UTF_8));
      assertThat(((JsonObject) event).getString("data")).isEqualTo("hello");
    }
  }

  @ParameterizedTest
  @MethodSource("channels")
  @Proves({"NAM-1", "WS-10", "WS-14"})
  void aChannelOfACommand(Corpus.Vector vector) throws Exception {
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      client.request(WebSocketSubscriber.handshake("/any", "sluice.v1.json"));
      client.readUntil("\"op\":\"hello\"");
      String command = "{\"op\":\"subscribe\",\"channel\":" + quoted(vector.raw()) + "}";
      client.send(ClientFrames.frame(0x81, command.getBytes(ISO_8859_1)));
      boolean utf8 = new String(vector.bytes(), UTF_8).indexOf('\uFFFD') < 0;
      if (!utf8) {
        assertThat(client.rest()).contains("not-utf8");
      } else if (vector.expected().equals("bad")) {
        client.readUntil("\"error\":\"bad-channel\"");
      } else {
        client.readUntil("\"op\":\"subscribed\"");
        publishItem("channel", vector.raw());
        client.readUntil("\"hello\"");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("eventNames")
  @Proves({"NAM-4", "PUB-8"})
  void anEventName(Corpus.Vector vector) throws Exception {
    String json = "Content-Type: application/cloudevents+json";
    String cloud =
        "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/a\",\"data\":\"hello\",\"datacontenttype\":\"text/plain\",";
    String body =
        cloud.formatted(encoded(vector.name())) + "\"type\":" + quoted(vector.raw()) + "}";
    String headers =
        "Content-Type: text/plain\r\nce-specversion: 1.0\r\nce-source: /b\r\nce-id: "
            + encoded(vector.name())
            + "\r\nce-type: "
            + encoded(vector.raw());
    String target = "POST /channels/names/events?name=" + encoded(vector.raw());
    String before = since(ask(Listener.PUBLISH, "POST /channels/names/events", "X-A: b", "first"));
    List<String> answers =
        List.of(
            ask(Listener.PUBLISH, target, "X-A: b", "hello"),
            publishItem("name", vector.raw()),
            ask(Listener.PUBLISH, "POST /events?channel=names", json, body),
            ask(Listener.PUBLISH, "POST /events?channel=names", headers, "hello"));
    boolean good = vector.expected().equals("ok");
    for (String answer : answers) {
      assertThat(answer).matches(good ? "(?s)200 .*" : "(?s)(400|422) .*");
    }
    gateway.publish("names", "last");
    List<String> heard = new ArrayList<>();
    for (StrictEventStream.Block block : stream("names", before, "data: last\nid: ")) {
      heard.add(block.event() + " " + block.data());
    }
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < (good ? 4 : 0); i++) {
      expected.add(new String(vector.bytes(), UTF_8) + " hello");
    }
    expected.add("null last");
    assertThat(heard).isEqualTo(expected);
  }

  /** The blocks of an event stream behind its first one. */
  private static List<StrictEventStream.Block> stream(String channel, String since, String last)
      throws Exception {
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      client.request(
          "GET /events/" + channel + "?since=" + since + " HTTP/1.1",
          "Host: x",
          "Accept: text/event-stream");
      client.readUntil("event: sluice.open\n");
      client.readUntil("\n\n\r\n");
      String chunks = client.readUntil(last) + client.readUntil("\n\n\r\n");
      String latin = new String(chunks.getBytes(UTF_8), ISO_8859_1);
      String body = StrictEventStream.withoutChunks(latin);
      return StrictEventStream.blocks(new String(body.getBytes(ISO_8859_1), UTF_8));
    }
  }

  @Test
  @Proves({"NAM-5", "SSE-4", "WS-6", "POL-1"})
  void data() throws Exception {
    String before = since(ask(Listener.PUBLISH, "POST /channels/data/events", "X-A: b", "first"));
    List<String> published = new ArrayList<>();
    for (Corpus.Vector vector : section("data")) {
      String line = "POST /channels/data/events";
      assertThat(ask(Listener.PUBLISH, line, "Content-Type: text/plain", vector.raw()))
          .startsWith("200 ");
      published.add(new String(vector.bytes(), UTF_8));
    }
    gateway.publish("data", "last");
    published.add("last");

    assertThat(stream("data", before, "data: last\nid: "))
        .extracting(StrictEventStream.Block::data)
        .isEqualTo(published.stream().map(StrictEventStream::lines).toList());
    assertThat(messages(before, published.size())).isEqualTo(published);
    String poll = ask(Listener.PUBLIC, "GET /events/data?since=" + before, "X-A: b", "");
    JsonArray events =
        new JsonObject(new String(poll.substring(4).getBytes(ISO_8859_1), UTF_8))
            .getJsonArray("events");
    assertThat(events.stream().map(each -> ((JsonObject) each).getString("data")).toList())
        .isEqualTo(published);
  }

  /** The messages of a WebSocket without subprotocol. */
  private static List<String> messages(String since, int count) throws Exception {
    String[] handshake =
        WebSocketSubscriber.handshake("/events/data?since=" + since, "sluice.v1.json");
    List<String> messages = new ArrayList<>();
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      client.request(List.of(handshake).subList(0, 6).toArray(new String[0]));
      client.readUntil("\r\n\r\n");
      for (int i = 0; i < count; i++) {
        assertThat(client.read(1)[0]).isEqualTo((byte) 0x81);
        int length = client.read(1)[0];
        length = length == 126 ? ByteBuffer.wrap(client.read(2)).getShort() & 0xffff : length;
        length = length == 127 ? (int) ByteBuffer.wrap(client.read(8)).getLong() : length;
        messages.add(new String(client.read(length), UTF_8));
      }
    }
    return messages;
  }
}
