package io.sluice.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.Proves;
import io.sluice.channel.Batch;
import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Event;
import io.sluice.channel.Position;
import io.sluice.channel.hub.Frames;
import io.sluice.channel.hub.WireFormat;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

@NullMarked
final class SseFormatTest {

  private static final Position BEFORE = new Position(7, 10, 100);
  private static final String ID = Cursor.part(Channel.hash("room"), new Position(7, 11, 111));
  private static final String ID2 = Cursor.part(Channel.hash("room"), new Position(7, 12, 222));

  private static Event text(@Nullable String name, String data) {
    return new Event(11, 111, name, null, Event.Kind.TEXT, data.getBytes(UTF_8), 0);
  }

  private static Event binary(@Nullable String name, byte[] data) {
    return new Event(11, 111, name, "image/png", Event.Kind.BINARY, data, 0);
  }

  private static String encode(WireFormat format, Event... events) {
    Frames frames =
        format.encode(new Batch("room", BEFORE, List.of(events)), UnpooledByteBufAllocator.DEFAULT);
    assertThat(frames.count()).isEqualTo(events.length);
    ByteBuf bytes = frames.bytes();
    assertThat(frames.end()).isEqualTo(bytes.readableBytes());
    String text = bytes.toString(UTF_8);
    bytes.release();
    return text;
  }

  @Example
  @Proves("SSE-4")
  void anEventIsOneBlockWithItsIdLast() {
    assertThat(encode(SseFormat.PLAIN_RAW, text(null, "hi")))
        .isEqualTo("data: hi\nid: " + ID + "\n\n");
    assertThat(encode(SseFormat.PLAIN_RAW, text("tick", "ä")))
        .isEqualTo("event: tick\ndata: ä\nid: " + ID + "\n\n");
    assertThat(encode(SseFormat.PLAIN_RAW, text(null, ""))).isEqualTo("data: \nid: " + ID + "\n\n");
  }

  @Example
  @Proves("SSE-4")
  void crAndCrLfEndALineAsLfDoes() {
    assertThat(encode(SseFormat.PLAIN_RAW, text(null, "a\rb\r\nc\nd\n\re\r\n")))
        .isEqualTo(
            "data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: e\ndata: \nid: " + ID + "\n\n");
  }

  @Example
  @Proves("SSE-5")
  void binaryIsOneLineOfBase64WithAnEventNameThatSaysSo() {
    byte[] bytes = {0, (byte) 0xff, 10, 13};
    assertThat(encode(SseFormat.PLAIN_RAW, binary(null, bytes)))
        .isEqualTo("event: message;base64\ndata: AP8KDQ==\nid: " + ID + "\n\n");
    assertThat(encode(SseFormat.PLAIN_RAW, binary("pic", bytes)))
        .isEqualTo("event: pic;base64\ndata: AP8KDQ==\nid: " + ID + "\n\n");
  }

  @Example
  @Proves("SSE-6")
  void theJsonFormKeepsTheNameOfTheEvent() {
    String form =
        "{\"channel\":\"room\",\"cursor\":\""
            + ID
            + "\",\"name\":\"pic\",\"type\":\"image/png\",\"time\":\"1970-01-01T00:00:00.000Z\","
            + "\"data64\":\"AQ==\"}";
    assertThat(encode(SseFormat.JSON_RAW, binary("pic", new byte[] {1})))
        .isEqualTo("event: pic\ndata: " + form + "\nid: " + ID + "\n\n");
    assertThat(encode(SseFormat.SHARED_RAW, binary("pic", new byte[] {1})))
        .isEqualTo("event: pic\ndata: " + form + "\n");
  }

  @Example
  void jsonThatWasPublishedInSeveralLinesStaysTheSameJson() {
    byte[] data = "{\r\n \"a\": 1\n}".getBytes(UTF_8);
    Event event = new Event(11, 111, null, "application/json", Event.Kind.JSON, data, 0);
    EventStream stream = EventStream.of(encode(SseFormat.JSON_RAW, event));
    assertThat(new JsonObject(stream.messages().get(0).data()).getJsonObject("data"))
        .isEqualTo(new JsonObject().put("a", 1));
  }

  @Example
  void eachEventIsAChunkOfItsOwn() {
    Event second = new Event(12, 222, null, null, Event.Kind.TEXT, "two".getBytes(UTF_8), 0);
    String one = "data: one\nid: " + ID + "\n\n";
    String two = "data: two\nid: " + ID2 + "\n\n";
    assertThat(encode(SseFormat.PLAIN, text(null, "one"), second))
        .isEqualTo(chunk(one) + chunk(two));
    assertThat(encode(SseFormat.PLAIN_RAW, text(null, "one"), second)).isEqualTo(one + two);
    String json = encode(SseFormat.JSON_RAW, text(null, "one"));
    assertThat(encode(SseFormat.JSON, text(null, "one"))).isEqualTo(chunk(json));
  }

  private static String chunk(String text) {
    return Integer.toHexString(text.getBytes(UTF_8).length) + "\r\n" + text + "\r\n";
  }

  @Property(tries = 300)
  @Proves("SSE-4")
  void aBrowserReadsWhatWasPublished(
      @ForAll("lines") String data, @ForAll("names") @Nullable String name) {
    List<EventStream.Message> messages =
        EventStream.of(encode(SseFormat.PLAIN_RAW, text(name, data))).messages();
    String expected = data.replace("\r\n", "\n").replace('\r', '\n');
    assertThat(messages)
        .containsExactly(new EventStream.Message(name == null ? "message" : name, expected, ID));
  }

  @Property(tries = 200)
  @Proves("SSE-5")
  void aBrowserReadsBinaryThatWasPublished(@ForAll byte[] data) {
    List<EventStream.Message> messages =
        EventStream.of(encode(SseFormat.PLAIN_RAW, binary(null, data))).messages();
    assertThat(messages).hasSize(1);
    assertThat(messages.get(0).event()).isEqualTo("message;base64");
    assertThat(Base64.getDecoder().decode(messages.get(0).data())).isEqualTo(data);
  }

  @Property(tries = 200)
  @Proves("SSE-6")
  void aBrowserReadsTheJsonFormOfAnyText(@ForAll("lines") String data) {
    String got =
        EventStream.of(encode(SseFormat.JSON_RAW, text(null, data))).messages().get(0).data();
    assertThat(new JsonObject(got).getString("data")).isEqualTo(data);
  }

  @Provide
  Arbitrary<String> lines() {
    Arbitrary<String> special =
        Arbitraries.of("\r", "\n", "\r\n", ":", " ", "data:", "id: 1", "é", "😀", "\uFEFF", "\0");
    Arbitrary<String> any = Arbitraries.strings().ascii().ofMaxLength(5);
    return Arbitraries.oneOf(special, any)
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }

  @Provide
  Arbitrary<@Nullable String> names() {
    Arbitrary<String> names =
        Arbitraries.strings().withChars(" :aé;").ofMinLength(1).ofMaxLength(8);
    return names.injectNull(0.2);
  }
}
