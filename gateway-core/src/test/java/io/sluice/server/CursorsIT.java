package io.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Position;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.guard.Corpus;
import io.sluice.transport.ClientFrames;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What comes of the kept cursors at a real gateway, on every transport, in the query, in the header
 * and in a command.
 */
@Timeout(240)
final class CursorsIT {

  private static final String SECRET = "secret";
  private static final Pattern HEARD =
      Pattern.compile("\"gap\":\"([a-z]+)\"|\"data\":\"([a-z0-9]+)\"|\"error\":\"([a-z-]+)\"");
  private static final Pattern PLACEHOLDER = Pattern.compile("<([a-z0-9 ]+)>");

  private static TestGateway gateway;
  private static int rooms;

  private String room = "";
  private Map<String, String> cursors = Map.of();

  static List<Corpus.Vector> corpus() {
    return Corpus.of("/io/sluice/server/cursors.txt");
  }

  @BeforeAll
  static void start() throws Exception {
    Config config =
        TestGateway.config(
            TestGateway.push(
                "/events/{channel}",
                "{channel}",
                new Route.History(3, 1 << 20, Duration.ofMinutes(2))));
    gateway = TestGateway.start(config);
    gateway.publish("other", SECRET);
  }

  @AfterAll
  static void stop() throws Exception {
    assertThat(gateway.metrics()).doesNotContain("reason=\"internal\"");
    gateway.close();
  }

  @AfterEach
  void leavesNothingBehind() throws Exception {
    gateway.awaitConnections(0);
  }

  /** A channel of its own, because what ends a stream is an event more. */
  private void fresh() throws Exception {
    room = "room" + rooms++;
    String[] own = new String[6];
    for (int i = 1; i <= 5; i++) {
      own[i] = gateway.publish(room, "e" + i);
    }
    Position at = position(own[4]);
    String other = gateway.publish("other", SECRET);
    cursors =
        Map.ofEntries(
            Map.entry("e1", own[1]),
            Map.entry("e2", own[2]),
            Map.entry("e3", own[3]),
            Map.entry("e4", own[4]),
            Map.entry("e5", own[5]),
            Map.entry("other", other),
            Map.entry("future", part(new Position(at.epoch(), 1000, at.stamp()))),
            Map.entry("largest", part(new Position(at.epoch(), Long.MAX_VALUE, at.stamp()))),
            Map.entry("zero", part(new Position(at.epoch(), 0, 0))),
            Map.entry("epoch", part(new Position(at.epoch() ^ 1, 4, at.stamp()))),
            Map.entry("stamp", part(new Position(at.epoch(), 4, at.stamp() ^ 1))),
            Map.entry("hash", Cursor.part(Channel.hash("other"), at)),
            Map.entry("forged", part(position(other))),
            Map.entry("version", "2" + own[4].substring(1)),
            Map.entry("bare", own[4].substring(1)),
            Map.entry("cut", own[4].substring(0, own[4].length() - 1)),
            Map.entry("127 others", others(127)),
            Map.entry("128 others", others(128)));
  }

  private static Position position(String cursor) {
    return Objects.requireNonNull(Cursor.parse(cursor)).parts().get(0).position();
  }

  private String part(Position position) {
    return Cursor.part(Channel.hash(room), position);
  }

  private static String others(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> Cursor.part(Channel.hash("o" + i), new Position(i, i, i)))
        .collect(Collectors.joining("."));
  }

  private String cursor(String name) {
    return Objects.requireNonNull(cursors.get(name));
  }

  private String cursor(Corpus.Vector vector) {
    Matcher placeholder = PLACEHOLDER.matcher(vector.raw());
    return placeholder.replaceAll(
        found -> Matcher.quoteReplacement(cursors.getOrDefault(found.group(1), found.group())));
  }

  /** Every byte encoded, so that it comes as it is. */
  private static String encoded(String latin) {
    StringBuilder encoded = new StringBuilder();
    for (byte b : latin.getBytes(StandardCharsets.ISO_8859_1)) {
      boolean plain = b > 0 && (Character.isLetterOrDigit(b) || b == '.' || b == '-' || b == '_');
      encoded.append(plain ? "" + (char) b : String.format("%%%02X", b));
    }
    return encoded.toString();
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Proves({"CUR-2", "CUR-3", "CUR-6", "GAP-2", "STA-4"})
  void inTheQuery(Corpus.Vector vector) throws Exception {
    for (Transport transport : Transport.values()) {
      fresh();
      String query = "?format=json&since=" + encoded(cursor(vector));
      String malformed = transport == Transport.SSE ? "gap:unknown" : "400 bad-cursor";
      String expected = vector.expected().equals("malformed") ? malformed : vector.expected();
      assertThat(ask(transport, query, "X: y", expected)).as("%s", transport).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Proves({"STA-1", "STA-2", "GAP-2", "STA-4"})
  void inTheHeader(Corpus.Vector vector) throws Exception {
    for (Transport transport : Transport.values()) {
      fresh();
      String header = "Last-Event-ID: " + cursor(vector);
      String expected = vector.expected().equals("malformed") ? "gap:unknown" : vector.expected();
      assertThat(ask(transport, "?format=json", header, expected))
          .as("%s", transport)
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Proves({"WS-10", "WS-12", "CUR-2", "CUR-3", "CUR-6"})
  void inACommand(Corpus.Vector vector) throws Exception {
    fresh();
    byte[] bytes = cursor(vector).getBytes(StandardCharsets.ISO_8859_1);
    String expected =
        vector.expected().equals("malformed") ? "error:bad-cursor" : vector.expected();
    assertThat(command(new String(bytes, StandardCharsets.UTF_8))).isEqualTo(expected);
  }

  private String command(String since) throws Exception {
    JsonObject resume =
        new JsonObject().put("op", "resume").put("channel", room).put("since", since);
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      client.request(WebSocketSubscriber.handshake("/events/" + room, "sluice.v1.json"));
      client.readUntil("\"op\":\"hello\"");
      client.send(ClientFrames.text(resume.encode()));
      client.readUntil("\"op\":\"");
      String op = client.readUntil("\"");
      gateway.publish(room, "end");
      String answer = op + client.readUntil("\"end\"");
      assertThat(answer).doesNotContain(SECRET);
      return heard(answer);
    }
  }

  /**
   * What a client hears of events, gaps and refusals. Streams, and long polls that wait, are ended
   * by an event more, which is not among it.
   */
  private String ask(Transport transport, String query, String headers, String expected)
      throws Exception {
    String chooses =
        switch (transport) {
          case WEBSOCKET ->
              String.join(
                  "\r\n",
                  "Connection: Upgrade",
                  "Upgrade: websocket",
                  "Sec-WebSocket-Version: 13",
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                  "Sec-WebSocket-Protocol: sluice.v1.json");
          case SSE -> "Accept: text/event-stream";
          case LONG_POLL -> "Prefer: wait=20";
          case POLL -> "X: y";
        };
    String line = "GET /events/" + room + query + " HTTP/1.1";
    String request = String.join("\r\n", line, "Host: x", chooses, headers, "", "");
    gateway.awaitConnections(0);
    try (RawClient client = RawClient.connect(gateway.port(Listener.PUBLIC))) {
      client.send(request.getBytes(StandardCharsets.ISO_8859_1));
      if (transport == Transport.LONG_POLL && expected.equals("nothing")) {
        gateway.awaitConnections(1);
        do { // when it starts cannot be seen from outside: an event behind that ends it
          gateway.publish(room, "end");
        } while (!client.hasBytesWithin(1_000));
      }
      String head = client.readUntil("\r\n\r\n");
      assertThat(head).matches("(?s)HTTP/1.1 [124].*");
      if (head.startsWith("HTTP/1.1 4")) {
        String problem = client.readUntil("}");
        return head.substring(9, 13) + problem.replaceAll("(?s).*\"slug\":\"([a-z-]+)\".*", "$1");
      }
      String answer = head + read(client, transport);
      assertThat(answer).doesNotContain(SECRET);
      return heard(answer);
    }
  }

  private String read(RawClient client, Transport transport) throws Exception {
    if (transport == Transport.POLL || transport == Transport.LONG_POLL) {
      return client.readUntil("\"next\":\"");
    }
    client.readUntil(transport == Transport.SSE ? "\nevent: sluice.open\n" : "\"op\":\"hello\"");
    gateway.publish(room, "end");
    return client.readUntil("\"end\"");
  }

  private static String heard(String text) {
    List<String> heard = new ArrayList<>();
    Matcher each = HEARD.matcher(text);
    while (each.find()) {
      String event = each.group(2);
      String gap = each.group(1);
      heard.add(event != null ? event : gap != null ? "gap:" + gap : "error:" + each.group(3));
    }
    heard.removeIf("end"::equals);
    return heard.isEmpty() ? "nothing" : String.join(" ", heard);
  }

  /** A cursor of the newest event, so that one that was read although it is damaged is silent. */
  private List<String> polls(List<String> damaged) throws Exception {
    List<String> heard = new ArrayList<>();
    for (String each : damaged) {
      heard.add(ask(Transport.POLL, "?since=" + encoded(each), "X: y", ""));
    }
    return heard;
  }

  @Test
  @Proves("CUR-3")
  void withAnyBitFlipped() throws Exception {
    fresh();
    List<String> damaged = new ArrayList<>();
    for (int bit = 0; bit < 8 * cursor("e5").length(); bit++) {
      StringBuilder flipped = new StringBuilder(cursor("e5"));
      flipped.setCharAt(bit / 8, (char) (flipped.charAt(bit / 8) ^ 1 << bit % 8));
      damaged.add(flipped.toString());
    }
    // The highest bit makes it no UTF-8.
    assertThat(polls(damaged)).containsOnly("400 bad-cursor", "400 bad-request");
    damaged.removeIf(each -> each.chars().anyMatch(c -> c <= ' ' || c >= 0x7f));
    for (String each : damaged) {
      assertThat(ask(Transport.POLL, "", "Last-Event-ID: " + each, "")).isEqualTo("gap:unknown");
    }
  }

  @Test
  @Proves("CUR-3")
  void cutAtAnyByte() throws Exception {
    fresh();
    String whole = cursor("e5");
    List<String> cut = IntStream.range(0, whole.length()).mapToObj(whole::substring).toList();
    assertThat(polls(cut.subList(1, cut.size()))).containsOnly("400 bad-cursor");
    cut = IntStream.range(0, whole.length()).mapToObj(i -> whole.substring(0, i)).toList();
    assertThat(polls(cut)).containsOnly("400 bad-cursor");
  }

  @ParameterizedTest
  @EnumSource
  @Proves({"STA-1", "STA-2", "CUR-3"})
  void severalInOneRequest(Transport transport) throws Exception {
    boolean sse = transport == Transport.SSE;
    fresh();
    String four = cursor("e4");
    String three = cursor("e3");
    String query = "?format=json&since=";
    String twice = query + three + "&since=" + four;
    assertThat(ask(transport, twice, "X: y", "")).isEqualTo("400 bad-request");
    String header = "Last-Event-ID: " + four;
    assertThat(ask(transport, query + three, header, "")).isEqualTo("e5");
    fresh();
    header = "Last-Event-ID: " + cursor("e4");
    assertThat(ask(transport, query + "nonsense", header, "")).isEqualTo("e5");
    fresh();
    header = "Last-Event-ID: nonsense";
    assertThat(ask(transport, query + cursor("e4"), header, "")).isEqualTo("gap:unknown");
    fresh();
    header = "Last-Event-ID: " + cursor("e4") + "\r\nLast-Event-ID: " + cursor("e5");
    assertThat(ask(transport, "?format=json", header, "")).isEqualTo("gap:unknown");
    fresh();
    header = "Last-Event-ID:";
    assertThat(ask(transport, query + cursor("e4"), header, "")).isEqualTo("e5");
    fresh();
    assertThat(ask(transport, query, "X: y", "")).isEqualTo(sse ? "gap:unknown" : "400 bad-cursor");
  }

  @ParameterizedTest
  @EnumSource
  @Proves({"CUR-3", "STA-2"})
  void ofTenKilobytes(Transport transport) throws Exception {
    fresh();
    String large = "1" + "A".repeat(10 << 10);
    assertThat(ask(transport, "?since=" + large, "X: y", "")).isEqualTo("414 uri-too-long");
    assertThat(ask(transport, "?format=json", "Last-Event-ID: " + large, ""))
        .isEqualTo("gap:unknown");
    assertThat(ask(transport, "", "Last-Event-ID: " + large.repeat(4), ""))
        .isEqualTo("431 headers-too-large");
    assertThat(command(large)).isEqualTo("error:bad-cursor");
  }

  @ParameterizedTest
  @EnumSource
  @Proves("GAP-2")
  void ofALogThatWasEmptied(Transport transport) throws Exception {
    fresh();
    HttpRequest empty =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + gateway.port(Listener.PUBLISH)
                        + "/channels/"
                        + room
                        + "/events"))
            .DELETE()
            .build();
    int status =
        HttpClient.newHttpClient().send(empty, HttpResponse.BodyHandlers.ofString()).statusCode();
    assertThat(status).isEqualTo(200);
    String query = "?format=json&since=" + cursor("e4");
    assertThat(ask(transport, query, "X: y", "")).isEqualTo("gap:deleted");
  }
}
