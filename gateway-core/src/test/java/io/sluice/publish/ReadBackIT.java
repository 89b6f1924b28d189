package io.sluice.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading back and deleting, over real sockets. */
class ReadBackIT {

  private PublishBed bed;

  @BeforeEach
  void start() throws Exception {
    bed = new PublishBed();
  }

  @AfterEach
  void stop() throws Exception {
    bed.close();
  }

  @Proves("GET-1")
  @Test
  void theHeadHasTheCursorOfTheLastEvent() throws Exception {
    bed.post("/channels/c/events", "one");
    var last = PublishBed.json(bed.post("/channels/c/events", "two"));

    JsonObject head = PublishBed.json(bed.send("GET", "/channels/c", ""));
    assertThat(head.getString("channel")).isEqualTo("c");
    assertThat(head.getString("cursor")).isEqualTo(last.getString("cursor"));
    assertThat(head.getInteger("readers")).isZero();
    assertThat(head.getJsonObject("history"))
        .isEqualTo(new JsonObject().put("count", 2).put("bytes", 6));
  }

  @Proves({"GET-1", "GET-3"})
  @Test
  void aPageRenderedBeforeTheFirstEventMissesNothing() throws Exception {
    String cursor = PublishBed.json(bed.send("GET", "/channels/new", "")).getString("cursor");
    bed.post("/channels/new/events", "first");

    JsonObject read = PublishBed.json(bed.send("GET", "/channels/new/events?since=" + cursor, ""));
    assertThat(read.getJsonArray("events")).hasSize(1);
    assertThat(read.getJsonArray("events").getJsonObject(0).getString("data")).isEqualTo("first");
  }

  @Proves("CUR-6")
  @Test
  void theCursorOfNoPositionIsAGap() throws Exception {
    bed.post("/channels/c/events", "one");
    JsonObject read = PublishBed.json(bed.send("GET", "/channels/c/events?since=0", ""));

    assertThat(read.getJsonArray("events").getJsonObject(0).getString("gap")).isEqualTo("unknown");
    assertThat(read.getJsonArray("events")).hasSize(1);
  }

  @Proves("GET-2")
  @Test
  void theHistoryIsReadInPagesThatJoin() throws Exception {
    for (int i = 0; i < 5; i++) {
      bed.post("/channels/c/events", "e" + i);
    }

    JsonObject first = PublishBed.json(bed.send("GET", "/channels/c/events?limit=3", ""));
    String next = first.getString("next");
    JsonObject second =
        PublishBed.json(bed.send("GET", "/channels/c/events?limit=3&since=" + next, ""));
    JsonObject third =
        PublishBed.json(
            bed.send("GET", "/channels/c/events?since=" + second.getString("next"), ""));

    assertThat(data(first.getJsonArray("events"))).containsExactly("e0", "e1", "e2");
    assertThat(data(second.getJsonArray("events"))).containsExactly("e3", "e4");
    assertThat(third.getJsonArray("events")).isEmpty();
    assertThat(third.getString("next")).isEqualTo(second.getString("next"));
  }

  @Proves("GET-2")
  @Test
  void aThousandEventsComeInOneAnswer() throws Exception {
    String item = "{\"channel\":\"c\",\"data\":\"0123456789\"}";
    bed.items("[" + (item + ",").repeat(1099) + item + "]");

    assertThat(bed.events("c")).hasSize(1000);
  }

  @Proves("PUB-12")
  @Test
  void deletingEmptiesTheLogAndReadersBehindAreTold() throws Exception {
    String first = PublishBed.json(bed.post("/channels/c/events", "one")).getString("cursor");
    String second = PublishBed.json(bed.post("/channels/c/events", "two")).getString("cursor");

    JsonObject deleted = PublishBed.json(bed.send("DELETE", "/channels/c/events", ""));
    assertThat(deleted.fieldNames()).containsExactly("channel", "cursor");
    assertThat(deleted.getString("cursor")).isEqualTo(second);
    JsonArray behind =
        PublishBed.json(bed.send("GET", "/channels/c/events?since=" + first, ""))
            .getJsonArray("events");
    assertThat(behind).hasSize(1);
    assertThat(behind.getJsonObject(0).getString("gap")).isEqualTo("deleted");
    assertThat(
            PublishBed.json(bed.send("GET", "/channels/c/events?since=" + second, ""))
                .getJsonArray("events"))
        .isEmpty();
  }

  @Proves("CUR-2")
  @Test
  void aCursorOfAnotherChannelStartsAtTheHead() throws Exception {
    bed.post("/channels/c/events", "one");
    String other = PublishBed.json(bed.post("/channels/other/events", "x")).getString("cursor");

    assertThat(
            PublishBed.json(bed.send("GET", "/channels/c/events?since=" + other, ""))
                .getJsonArray("events"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"since=nonsense", "since=", "limit=0", "limit=1001", "limit=x", "limit="})
  void malformedParametersAreRefused(String query) throws Exception {
    assertThat(bed.send("GET", "/channels/c/events?" + query, "").statusCode()).isEqualTo(400);
  }

  @Test
  void headHasTheHeadOfGetAlone() throws Exception {
    for (String path : List.of("/channels/c", "/channels/c/events", "/channels/c/events?limit=x")) {
      var head = bed.send("HEAD", path, "");
      var get = bed.send("GET", path, "");

      assertThat(head.statusCode()).isEqualTo(get.statusCode());
      assertThat(head.body()).isEmpty();
    }
  }

  private static List<String> data(JsonArray events) {
    return events.stream().map(event -> ((JsonObject) event).getString("data")).toList();
  }
}
