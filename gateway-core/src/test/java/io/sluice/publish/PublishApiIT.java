package io.sluice.publish;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Cursor;
import io.sluice.config.ChannelPattern;
import io.sluice.config.Config;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing over real sockets: one event and items, ids, keys, limits. */
class PublishApiIT {

  private static final String FORM = "application/x-www-form-urlencoded";

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

  @Proves({"PUB-1", "PUB-4", "GET-2", "JSN-1"})
  @Test
  void aBodyBecomesAnEventWithItsTypeNameAndCursor() throws Exception {
    var response =
        bed.post("/channels/news/events?name=greeting", "hello", "Content-Type", "text/plain");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    JsonObject result = PublishBed.json(response);
    assertThat(result.fieldNames()).containsExactly("channel", "cursor", "readers");
    assertThat(result.getString("channel")).isEqualTo("news");
    assertThat(result.getInteger("readers")).isZero();
    JsonObject event = bed.events("news").getJsonObject(0);
    assertThat(event.getString("cursor")).isEqualTo(result.getString("cursor"));
    assertThat(event.getString("name")).isEqualTo("greeting");
    assertThat(event.getString("type")).isEqualTo("text/plain");
    assertThat(event.getString("data")).isEqualTo("hello");
  }

  @Proves("PUB-1")
  @Test
  void aBodyWithoutTypeIsTextWithoutType() throws Exception {
    bed.post("/channels/news/events", "hello");

    JsonObject event = bed.events("news").getJsonObject(0);
    assertThat(event.fieldNames()).containsExactly("channel", "cursor", "time", "data");
  }

  @Proves("NAM-3")
  @ParameterizedTest
  @CsvSource({
    "a%2Fb,a/b",
    "100%25,100%",
    "%25,%",
    "%2525,%25",
    "%C3%A9,é",
    "Ã©,é",
    "..,..",
    "%2e%2E,..",
    ".,.",
    "a+b,a+b",
    "a%20b,a b",
    "events,events"
  })
  void aChannelInAPathIsDecodedExactlyOnce(String segment, String channel) throws Exception {
    String answer =
        bed.raw(
            "POST /channels/"
                + segment
                + "/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
            "");

    assertThat(answer).startsWith("HTTP/1.1 200");
    String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
    String decoded = new String(body.getBytes(ISO_8859_1), UTF_8);
    assertThat(new JsonObject(decoded).getString("channel")).isEqualTo(channel);
  }

  @Proves("NAM-1")
  @ParameterizedTest
  @CsvSource({
    "POST /channels//events,400,bad-channel",
    "POST /channels/a%00b/events,400,bad-channel",
    "POST /channels/a%0Ab/events,400,bad-channel",
    "GET /channels/,400,bad-channel",
    "POST /channels/a%zz/events,400,bad-request",
    "POST /channels/a%ff/events,400,bad-request",
    "POST /channels/a%/events,400,bad-request",
    "POST /channels/a/b/events,404,not-found",
    "POST /events/,404,not-found",
    "POST //events,404,not-found",
    "POST /,404,not-found",
    "GET /nothing,404,not-found",
    "PUT /channels/a/events,405,method-not-allowed",
    "GET /events,405,method-not-allowed",
    "POST /channels/a,405,method-not-allowed"
  })
  void aWrongPathOrMethodIsAProblem(String line, int status, String slug) throws Exception {
    String answer =
        bed.raw(
            line + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", "");

    assertThat(answer).startsWith("HTTP/1.1 " + status).contains("application/problem+json");
    assertThat(answer).contains("\"slug\":\"" + slug + "\"");
    if (status == 405) {
      assertThat(answer).containsIgnoringCase("\r\nallow: ");
    }
  }

  @Proves("NAM-1")
  @Test
  void aNameOf255BytesIsTakenAndOneMoreIsNot() throws Exception {
    assertThat(bed.post("/channels/" + "x".repeat(255) + "/events", "x").statusCode())
        .isEqualTo(200);
    assertThat(bed.post("/channels/" + "x".repeat(256) + "/events", "x").statusCode())
        .isEqualTo(400);
    assertThat(bed.items(item("x".repeat(256), "\"x\"")).body())
        .contains("\"slug\":\"bad-channel\"", "\"status\":422", "\"pointer\":\"/channel\"");
  }

  @Proves("NAM-4")
  @ParameterizedTest
  @ValueSource(strings = {"open", "error", "sluice.gap", "sluice.", "", "a%0Ab", "%C2%85"})
  void reservedAndMalformedEventNamesAreRefused(String name) throws Exception {
    var response = bed.post("/channels/c/events?name=" + name, "x");

    assertThat(response.statusCode()).isEqualTo(422);
    assertThat(PublishBed.json(response).getString("slug")).isEqualTo("invalid");
  }

  @Proves("NAM-4")
  @Test
  void messageIsTheSameAsNoName() throws Exception {
    var first = bed.post("/channels/c/events?name=message&id=1", "x");
    var second = bed.post("/channels/c/events?id=1", "x");

    assertThat(PublishBed.json(second).getString("cursor"))
        .isEqualTo(PublishBed.json(first).getString("cursor"));
    assertThat(bed.events("c").getJsonObject(0).containsKey("name")).isFalse();
  }

  @Proves("NAM-5")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/json|{\"a\":1} |200",
        "application/json|{\"a\":1|422",
        "application/json|[01]|422",
        "application/json|NaN|422",
        "application/json|{} {}|422",
        "application/vnd.x+json; v=1|[1,2]|200",
        "text/html|<b>|200",
        "application/xml|<a|200",
        "nonsense|x|422",
        "image/png|{|200"
      })
  void aDeclaredTypeDecidesWhatDataHasToBe(String type, String data, int status) throws Exception {
    assertThat(bed.post("/channels/c/events", data, "Content-Type", type).statusCode())
        .isEqualTo(status);
  }

  @Proves("PUB-1")
  @Test
  void whatCurlSaysOfTheTypeUnaskedIsNoType() throws Exception {
    bed.post("/channels/c/events", "hello", "Content-Type", FORM);
    bed.post("/channels/c/events", "hello", "Content-Type", FORM + "; charset=utf-8");

    assertThat(bed.events("c").getJsonObject(0).containsKey("type")).isFalse();
    assertThat(bed.events("c").getJsonObject(0).getString("data")).isEqualTo("hello");
    assertThat(bed.events("c").getJsonObject(1).getString("type")).startsWith(FORM);
    bed.items("{\"channel\":\"c\",\"data\":\"a=1\",\"type\":\"" + FORM + "\"}");
    assertThat(bed.events("c").getJsonObject(2).getString("type")).isEqualTo(FORM);
  }

  @Proves("NAM-5")
  @Test
  void textThatIsNotUtf8IsRefusedAndBinaryIsNot() throws Exception {
    String head = "POST /channels/c/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    String rest = "Content-Length: 2\r\n\r\n\u00ff\u00fe";

    assertThat(bed.raw(head + rest, "")).startsWith("HTTP/1.1 422");
    assertThat(bed.raw(head + "Content-Type: application/json\r\n" + rest, ""))
        .startsWith("HTTP/1.1 422");
    assertThat(bed.raw(head + "Content-Type: image/x\r\n" + rest, "")).startsWith("HTTP/1.1 200");
    assertThat(bed.events("c").getJsonObject(0).getString("data64")).isEqualTo("//4=");
  }

  @Proves({"PUB-2", "PUB-3"})
  @Test
  void anItemGoesToItsChannels() throws Exception {
    var response = bed.items("{\"channels\":[\"a\",\"b\"],\"data\":{\"n\":1.0},\"name\":\"tick\"}");

    assertThat(response.statusCode()).isEqualTo(200);
    JsonArray results = PublishBed.json(response).getJsonArray("results");
    assertThat(results.getJsonObject(0).getString("channel")).isEqualTo("a");
    assertThat(results.getJsonObject(1).getString("channel")).isEqualTo("b");
    assertThat(bed.send("GET", "/channels/b/events", "").body())
        .contains("\"type\":\"application/json\"", "\"data\":{\"n\":1.0}");
  }

  @Proves("PUB-2")
  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/xml", "application/jsonx", ""})
  void anyOtherTypeOfItemsIsRefused(String type) throws Exception {
    var response =
        type.isEmpty() ? bed.post("/events", "x") : bed.post("/events", "x", "Content-Type", type);

    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(response.body()).contains("application/x-ndjson");
  }

  @Proves({"PUB-5", "PUB-4"})
  @Test
  void anArrayIsAnsweredInOrder() throws Exception {
    var response =
        bed.items("[" + item("a", "1") + "," + item("b", "2") + "," + item("a", "3") + "]");

    assertThat(response.statusCode()).isEqualTo(200);
    JsonArray results = PublishBed.json(response).getJsonArray("results");
    assertThat(results.stream().map(r -> ((JsonObject) r).getString("channel")))
        .containsExactly("a", "b", "a");
    assertThat(offset(results.getJsonObject(2))).isEqualTo(2);
    assertThat(bed.items("[]").body()).isEqualTo("{\"results\":[]}");
  }

  @Proves("PUB-5")
  @Test
  void oneBadItemKeepsAWholeArrayOut() throws Exception {
    var response =
        bed.items("[" + item("a", "1") + ",{\"channel\":\"\",\"data\":1},{\"channel\":\"a\"},7]");

    assertThat(response.statusCode()).isEqualTo(422);
    JsonArray errors = PublishBed.json(response).getJsonArray("errors");
    assertThat(errors.stream().map(e -> ((JsonObject) e).getString("pointer")))
        .containsExactly("/1/channel", "/2", "/3");
    assertThat(bed.events("a")).isEmpty();
  }

  @Proves("PUB-7")
  @Test
  void aRepeatedPublishReturnsTheFirstAnswerAndAppendsNothing() throws Exception {
    String[] key = {"Idempotency-Key", "order-7"};
    var first = PublishBed.json(bed.post("/channels/c/events", "x", key));
    var second = PublishBed.json(bed.post("/channels/c/events", "x", key));
    var third = PublishBed.json(bed.post("/channels/other/events", "x", key));

    assertThat(second.getString("cursor")).isEqualTo(first.getString("cursor"));
    assertThat(second.getBoolean("repeated")).isTrue();
    assertThat(first.containsKey("repeated")).isFalse();
    assertThat(third.containsKey("repeated")).isFalse();
    assertThat(bed.events("c")).hasSize(1);
  }

  @Proves("PUB-7")
  @Test
  void anIdWithOtherContentIsRefused() throws Exception {
    bed.post("/channels/c/events?id=1", "x");
    var alone = bed.post("/channels/c/events?id=1", "y");
    var inList =
        bed.items(
            "[{\"channel\":\"c\",\"data\":\"z\",\"id\":\"1\"},{\"channel\":\"c\",\"data\":\"w\"}]");

    assertThat(alone.statusCode()).isEqualTo(422);
    assertThat(PublishBed.json(alone).getString("slug")).isEqualTo("id-reused");
    assertThat(inList.statusCode()).isEqualTo(200);
    JsonArray results = PublishBed.json(inList).getJsonArray("results");
    assertThat(results.getJsonObject(0).getInteger("status")).isEqualTo(422);
    assertThat(results.getJsonObject(0).getString("slug")).isEqualTo("id-reused");
    assertThat(offset(results.getJsonObject(1))).isEqualTo(2);
  }

  @Proves("PUB-7")
  @Test
  void aBatchThatIsRetriedWholeAppendsNothing() throws Exception {
    String body = "[" + item("c", "1") + "," + item("c", "1") + "]";
    String[] headers = {"Content-Type", "application/json", "Idempotency-Key", "batch-1"};
    var first = PublishBed.json(bed.post("/events", body, headers)).getJsonArray("results");
    var second = PublishBed.json(bed.post("/events", body, headers)).getJsonArray("results");

    assertThat(offset(first.getJsonObject(1))).isEqualTo(2);
    for (int i = 0; i < 2; i++) {
      assertThat(second.getJsonObject(i).getString("cursor"))
          .isEqualTo(first.getJsonObject(i).getString("cursor"));
      assertThat(second.getJsonObject(i).getBoolean("repeated")).isTrue();
    }
  }

  @Proves("PUB-7")
  @ParameterizedTest
  @ValueSource(ints = {0, 256})
  void anIdHasOneTo255Bytes(int length) throws Exception {
    assertThat(bed.post("/channels/c/events?id=" + "x".repeat(length), "x").statusCode())
        .isEqualTo(422);
    assertThat(
            bed.post("/channels/c/events", "x", "Idempotency-Key", "x".repeat(length)).statusCode())
        .isEqualTo(400);
  }

  @Proves("PUB-9")
  @Test
  void aLargeEventIsRefusedAloneAndWithAPointerInAList() throws Exception {
    restart(limits(1 << 20, 10, 10_000));

    assertThat(bed.post("/channels/c/events", "0123456789").statusCode()).isEqualTo(200);
    assertThat(bed.post("/channels/c/events", "0123456789x").statusCode()).isEqualTo(413);
    assertThat(bed.items(item("c", "\"0123456789x\"")).statusCode()).isEqualTo(413);
    var list = bed.items("[" + item("c", "\"0123456789x\"") + "]");
    assertThat(list.statusCode()).isEqualTo(422);
    assertThat(list.body()).contains("\"pointer\":\"/0/data\"", "\"slug\":\"too-large\"");
  }

  @Proves("PUB-9")
  @Test
  void aListLongerThanItsLimitIsRefused() throws Exception {
    restart(limits(1 << 20, 1 << 20, 2));

    assertThat(bed.items("[" + item("c", "1") + "," + item("c", "2") + "]").statusCode())
        .isEqualTo(200);
    assertThat(bed.items("[" + (item("c", "1") + ",").repeat(50) + "!").statusCode())
        .isEqualTo(413);
    assertThat(bed.items("{\"channels\":[\"a\",\"b\",\"d\"],\"data\":1}").statusCode())
        .isEqualTo(413);
  }

  @Proves("PUB-9")
  @ParameterizedTest
  @ValueSource(strings = {"gzip", "br", "deflate, gzip"})
  void anEncodedBodyIsRefused(String encoding) throws Exception {
    assertThat(bed.post("/channels/c/events", "x", "Content-Encoding", encoding).statusCode())
        .isEqualTo(415);
    assertThat(bed.post("/channels/c/events", "x", "Content-Encoding", "identity").statusCode())
        .isEqualTo(200);
  }

  @Proves("PUB-10")
  @Test
  void aKeyIsNeededAndReachesItsChannelsAlone() throws Exception {
    restart(
        new Config.Publish(
            List.of(new Config.Key("shop", "0123456789abcdef", List.of(new ChannelPattern("s-*")))),
            false,
            1 << 20,
            1 << 20,
            100,
            Duration.ofMinutes(5),
            100,
            200,
            4 << 20,
            Config.Bodies.DEFAULT));
    String[] key = {"Authorization", "Bearer 0123456789abcdef", "Content-Type", "application/json"};

    HttpResponse<String> none = bed.post("/channels/s-1/events", "x");
    assertThat(none.statusCode()).isEqualTo(401);
    assertThat(none.headers().firstValue("WWW-Authenticate")).contains("Bearer");
    assertThat(bed.send("GET", "/channels/s-1", "").statusCode()).isEqualTo(401);
    assertThat(bed.post("/channels/s-1/events", "1", key).statusCode()).isEqualTo(200);
    assertThat(bed.post("/channels/other/events", "1", key).statusCode()).isEqualTo(403);
    var list = bed.post("/events", "[" + item("s-2", "1") + "," + item("x", "1") + "]", key);
    assertThat(list.statusCode()).isEqualTo(403);
    assertThat(list.body()).contains("\"pointer\":\"/1/channel\"");
    assertThat(bed.send("GET", "/channels/s-2/events", "", key).body()).contains("\"events\":[]");
    assertThat(bed.send("GET", "/channels/x/events", "", key).statusCode()).isEqualTo(403);
    assertThat(bed.send("DELETE", "/channels/x/events", "", key).statusCode()).isEqualTo(403);
  }

  @Proves("PUB-13")
  @Test
  void drainingRefusesWithAnAdviceToComeBack() throws Exception {
    bed.draining = true;

    var response = bed.post("/channels/c/events", "x");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).isPresent();
    assertThat(PublishBed.json(response).getString("slug")).isEqualTo("draining");
    assertThat(bed.send("GET", "/channels/c", "").statusCode()).isEqualTo(200);
  }

  @Proves("PUB-13")
  @Test
  void aFullIdStoreRefusesPublishesWithIds() throws Exception {
    restart(
        new Config.Publish(
            List.of(),
            false,
            1 << 20,
            1 << 20,
            100,
            Duration.ofMinutes(5),
            1,
            200,
            4 << 20,
            Config.Bodies.DEFAULT));
    bed.post("/channels/c/events?id=1", "x");

    var response = bed.post("/channels/c/events?id=2", "x");
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).isPresent();
    assertThat(bed.post("/channels/c/events", "x").statusCode()).isEqualTo(200);
  }

  @Test
  void publishesAreCountedByTheRouteOfTheirChannelAndByOutcome() throws Exception {
    bed.post("/channels/room-1/events?id=a", "x");
    bed.post("/channels/room-1/events?id=a", "x");
    bed.post("/channels/room-1/events?id=a", "other");
    bed.post("/channels/room-2/events", "x");
    bed.post("/channels/else/events", "x");
    bed.post("/channels/room-1/events?name=open", "x");

    assertThat(published("/chat/{room}", "stored")).isEqualTo(2);
    assertThat(published("/chat/{room}", "repeated")).isEqualTo(1);
    assertThat(published("/chat/{room}", "id-reused")).isEqualTo(1);
    assertThat(published("none", "stored")).isEqualTo(1);
    assertThat(published("none", "invalid")).isEqualTo(1);

    bed.replaceRoutes();
    bed.post("/channels/room-1/events", "x");
    bed.post("/channels/news-1/events", "x");

    assertThat(published("/chat/{room}", "stored")).isEqualTo(2);
    assertThat(published("none", "stored")).isEqualTo(2);
    assertThat(published("/news/{topic}", "stored")).isEqualTo(1);
  }

  private long published(String route, String result) {
    return (long) bed.metrics.eventsPublished.labelValues(route, result).get();
  }

  private static Config.Publish limits(int body, int event, int items) {
    return new Config.Publish(
        List.of(),
        false,
        body,
        event,
        items,
        Duration.ofMinutes(5),
        1_000_000,
        200,
        4 << 20,
        Config.Bodies.DEFAULT);
  }

  private static String item(String channel, String data) {
    return new JsonObject()
        .put("channel", channel)
        .toString()
        .replace("}", ",\"data\":" + data + "}");
  }

  private static long offset(JsonObject result) {
    Cursor cursor = Cursor.parse(result.getString("cursor"));
    assertThat(cursor).isNotNull();
    return cursor.parts().get(0).position().offset();
  }
}
