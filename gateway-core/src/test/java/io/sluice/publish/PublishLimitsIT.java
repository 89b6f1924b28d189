package io.sluice.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.config.ChannelPattern;
import io.sluice.config.Config;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much may be published, and by whom, over real sockets. */
class PublishLimitsIT {

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

  @Proves("PUB-9")
  @Test
  void aLargeEventIsRefusedAloneAndWithAPointerInAList() throws Exception {
    restart(limits(1 << 20, 10, 10_000));

    assertThat(bed.post("/channels/c/events", "0123456789").statusCode()).isEqualTo(200);
    assertThat(bed.post("/channels/c/events", "0123456789x").statusCode()).isEqualTo(413);
    assertThat(bed.items(PublishBed.item("c", "\"0123456789x\"")).statusCode()).isEqualTo(413);
    var list = bed.items("[" + PublishBed.item("c", "\"0123456789x\"") + "]");
    assertThat(list.statusCode()).isEqualTo(422);
    assertThat(list.body()).contains("\"pointer\":\"/0/data\"", "\"slug\":\"too-large\"");
  }

  @Proves("PUB-9")
  @Test
  void aListLongerThanItsLimitIsRefused() throws Exception {
    restart(limits(1 << 20, 1 << 20, 2));

    assertThat(
            bed.items("[" + PublishBed.item("c", "1") + "," + PublishBed.item("c", "2") + "]")
                .statusCode())
        .isEqualTo(200);
    assertThat(bed.items("[" + (PublishBed.item("c", "1") + ",").repeat(50) + "!").statusCode())
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
    var list =
        bed.post(
            "/events",
            "[" + PublishBed.item("s-2", "1") + "," + PublishBed.item("x", "1") + "]",
            key);
    assertThat(list.statusCode()).isEqualTo(403);
    assertThat(list.body()).contains("\"pointer\":\"/1/channel\"");
    assertThat(bed.send("GET", "/channels/s-2/events", "", key).body()).contains("\"events\":[]");
    assertThat(bed.send("GET", "/channels/x/events", "", key).statusCode()).isEqualTo(403);
    assertThat(bed.send("DELETE", "/channels/x/events", "", key).statusCode()).isEqualTo(403);
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
}
