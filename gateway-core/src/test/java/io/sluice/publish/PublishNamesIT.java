package io.sluice.publish;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of channels and events, and what data has to be, over real sockets. */
class PublishNamesIT {

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
  @Test
  void aNameOf255BytesIsTakenAndOneMoreIsNot() throws Exception {
    assertThat(bed.post("/channels/" + "x".repeat(255) + "/events", "x").statusCode())
        .isEqualTo(200);
    assertThat(bed.post("/channels/" + "x".repeat(256) + "/events", "x").statusCode())
        .isEqualTo(400);
    assertThat(bed.items(PublishBed.item("x".repeat(256), "\"x\"")).body())
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
}
