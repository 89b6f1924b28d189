package io.sluice.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.http.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Results are written byte for byte as an encoder of objects would write them. */
final class OutcomeTest {

  private static String written(Result result) {
    ByteBuf out = Unpooled.buffer();
    result.writeTo(out);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aStoredEventTellsChannelCursorAndReaders() {
    assertThat(written(new Outcome.Stored("ro\"om\\ü", "1abc", 12, false)))
        .isEqualTo("{\"channel\":\"ro\\\"om\\\\ü\",\"cursor\":\"1abc\",\"readers\":12}");
    assertThat(written(new Outcome.Stored("a", "1", 0, true)))
        .isEqualTo("{\"channel\":\"a\",\"cursor\":\"1\",\"readers\":0,\"repeated\":true}");
  }

  @Property
  void anyNameIsReadBackAsItWas(@ForAll String name) {
    String valid = new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    JsonObject read = new JsonObject(written(new Outcome.Stored(valid, "1", 0, false)));
    assertThat(read.getString("channel")).isEqualTo(valid);
  }

  @Test
  void severalStandInAListInTheirOrder() {
    Result several =
        new Result.Several(
            List.of(
                new Outcome.Stored("a", "1", 0, false),
                new Result.Several(List.of()),
                new Outcome.Refused("b", Problem.Kind.UNAVAILABLE.with("not now"))));

    JsonArray results = new JsonObject(written(several)).getJsonArray("results");
    assertThat(results.getJsonObject(0).getString("cursor")).isEqualTo("1");
    assertThat(results.getJsonObject(1)).isEqualTo(new JsonObject("{\"results\":[]}"));
    assertThat(results.getJsonObject(2))
        .isEqualTo(
            new JsonObject()
                .put("channel", "b")
                .put("status", 503)
                .put("slug", "unavailable")
                .put("detail", "not now"));
  }
}
