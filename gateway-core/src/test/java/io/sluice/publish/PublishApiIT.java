package io.sluice.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishing over real sockets: one event, items, arrays, and what is no publish. */
class PublishApiIT {

  private PublishBed bed;

  @BeforeEach
  void start() throws Exception {
    bed = new PublishBed();
  }

  @AfterEach
  void stop() throws Exception {
    bed.close();
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
        bed.items(
            "["
                + PublishBed.item("a", "1")
                + ","
                + PublishBed.item("b", "2")
                + ","
                + PublishBed.item("a", "3")
                + "]");

    assertThat(response.statusCode()).isEqualTo(200);
    JsonArray results = PublishBed.json(response).getJsonArray("results");
    assertThat(results.stream().map(r -> ((JsonObject) r).getString("channel")))
        .containsExactly("a", "b", "a");
    assertThat(PublishBed.offset(results.getJsonObject(2))).isEqualTo(2);
    assertThat(bed.items("[]").body()).isEqualTo("{\"results\":[]}");
  }

  @Proves("PUB-5")
  @Test
  void oneBadItemKeepsAWholeArrayOut() throws Exception {
    var response =
        bed.items(
            "["
                + PublishBed.item("a", "1")
                + ",{\"channel\":\"\",\"data\":1},{\"channel\":\"a\"},7]");

    assertThat(response.statusCode()).isEqualTo(422);
    JsonArray errors = PublishBed.json(response).getJsonArray("errors");
    assertThat(errors.stream().map(e -> ((JsonObject) e).getString("pointer")))
        .containsExactly("/1/channel", "/2", "/3");
    assertThat(bed.events("a")).isEmpty();
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
    return bed.counted(all -> all.eventsPublished.labelValues(route, result));
  }
}
