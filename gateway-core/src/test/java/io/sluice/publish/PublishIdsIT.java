package io.sluice.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.Config;
import io.vertx.core.json.JsonArray;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publishes that are repeated, over real sockets. */
class PublishIdsIT {

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
    assertThat(PublishBed.offset(results.getJsonObject(1))).isEqualTo(2);
  }

  @Proves("PUB-7")
  @Test
  void aBatchThatIsRetriedWholeAppendsNothing() throws Exception {
    String body = "[" + PublishBed.item("c", "1") + "," + PublishBed.item("c", "1") + "]";
    String[] headers = {"Content-Type", "application/json", "Idempotency-Key", "batch-1"};
    var first = PublishBed.json(bed.post("/events", body, headers)).getJsonArray("results");
    var second = PublishBed.json(bed.post("/events", body, headers)).getJsonArray("results");

    assertThat(PublishBed.offset(first.getJsonObject(1))).isEqualTo(2);
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

  @Proves("PUB-13")
  @Tag("one-node") // the bound is that of the node whose ids they are
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
}
