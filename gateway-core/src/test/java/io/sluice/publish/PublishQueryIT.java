package io.sluice.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What stands in the query and means nothing. */
class PublishQueryIT {

  private PublishBed bed;

  @BeforeEach
  void start() throws Exception {
    bed = new PublishBed();
  }

  @AfterEach
  void stop() throws Exception {
    bed.close();
  }

  @Proves("PUB-14")
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST|/channels/c/events?nmae=x|nmae is not known here (expected id or name): did you mean name?",
        "POST|/channels/c/events?zzz=x|zzz is not known here (expected id or name)",
        "POST|/channels/c/events?name=a&name=b|name is there twice (expected once)",
        "DELETE|/channels/c/events?since=1|since is not known here (expected none)",
        "GET|/channels/c?limit=1|limit is not known here (expected none)",
        "GET|/channels/c/events?limti=1|limti is not known here (expected limit or since): did you mean limit?",
        "POST|/events?channel=c|channel is not known here (expected none)",
      })
  void aQueryParameterThatIsNotKnownIsRefused(String method, String target, String detail)
      throws Exception {
    var response =
        target.startsWith("/events")
            ? bed.send(
                method,
                target,
                "{\"channel\":\"c\",\"data\":1}",
                "Content-Type",
                "application/json")
            : bed.send(method, target, method.equals("POST") ? "x" : "");

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(PublishBed.json(response).getString("slug")).isEqualTo("bad-request");
    assertThat(PublishBed.json(response).getString("detail"))
        .isEqualTo("the query parameter " + detail);
    assertThat(bed.events("c")).isEmpty();
  }
}
