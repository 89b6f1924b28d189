package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.Proves;
import io.sluice.channel.Batch;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

@NullMarked
final class EventJsonTest {

  private static final Position AT = new Position(9, 4, 44);
  private static final String CURSOR = Cursor.part(Channel.hash("röom"), new Position(9, 5, 55));

  private static String json(
      @Nullable String name, @Nullable String type, Event.Kind kind, byte[] data) {
    Event event = new Event(5, 55, name, type, kind, data, 1_700_000_000_007L);
    ByteBuf out = Unpooled.buffer();
    EventJson.write(new Batch("röom", AT, List.of(event)), 0, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Example
  @Proves("JSN-1")
  void textIsAStringAndAbsentMembersAreLeftOut() {
    assertThat(json(null, null, Event.Kind.TEXT, bytes("a\"\\\n\r\t\u0001é")))
        .isEqualTo(
            "{\"channel\":\"röom\",\"cursor\":\""
                + CURSOR
                + "\",\"time\":\"2023-11-14T22:13:20.007Z\","
                + "\"data\":\"a\\\"\\\\\\n\\r\\t\\u0001é\"}");
  }

  @Example
  @Proves("JSN-2")
  void jsonIsEmbeddedAsPublished() {
    assertThat(json("n", "application/json", Event.Kind.JSON, bytes("{ \"a\":1e400 }")))
        .endsWith(
            ",\"name\":\"n\",\"type\":\"application/json\",\"time\":\"2023-11-14T22:13:20.007Z\","
                + "\"data\":{ \"a\":1e400 }}");
  }

  @Example
  @Proves("JSN-2")
  void binaryIsBase64() {
    assertThat(json(null, "image/png", Event.Kind.BINARY, new byte[] {-1, 0, 1}))
        .endsWith("\"data64\":\"/wAB\"}");
  }

  @Example
  @Proves("JSN-3")
  void aGapCarriesItsReasonAndWhereToGoOn() {
    ByteBuf out = Unpooled.buffer();
    EventJson.writeGap("röom", new Gap(Gap.Reason.TRIMMED, new Position(9, 5, 55)), out);

    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("{\"channel\":\"röom\",\"cursor\":\"" + CURSOR + "\",\"gap\":\"trimmed\"}");
  }

  @Property
  void anyTextComesBackFromAnIndependentParser(@ForAll String text) {
    String valid = new String(bytes(text), StandardCharsets.UTF_8);

    JsonObject parsed = new JsonObject(json(null, null, Event.Kind.TEXT, bytes(valid)));

    assertThat(parsed.getString("data")).isEqualTo(valid);
  }
}
