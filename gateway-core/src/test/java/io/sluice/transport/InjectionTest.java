package io.sluice.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Whatever is published, a strict reader of each format reads those events and nothing else. */
@NullMarked
final class InjectionTest {

  private static final Position BEFORE = new Position(7, 10, 100);

  /** What an app chooses. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Published(@Nullable String name, Event.Kind kind, byte[] data) {
    String text() {
      return new String(data, UTF_8);
    }
  }

  private static Batch batch(String channel, List<Published> published) {
    List<Event> events = new ArrayList<>();
    for (Published each : published) {
      int at = 11 + events.size();
      String type =
          switch (each.kind) {
            case TEXT -> null;
            case JSON -> "application/json";
            case BINARY -> "image/png; a=\"b\\\"c\"";
          };
      events.add(new Event(at, at * 7, each.name, type, each.kind, each.data, 0));
    }
    return new Batch(channel, BEFORE, events);
  }

  private static byte[] encode(WireFormat format, Batch batch) {
    Frames frames = format.encode(batch, UnpooledByteBufAllocator.DEFAULT);
    assertThat(frames.count()).isEqualTo(batch.events().size());
    ByteBuf bytes = frames.bytes();
    byte[] got = new byte[bytes.readableBytes()];
    bytes.readBytes(got);
    bytes.release();
    return got;
  }

  private static String id(Batch batch, int index) {
    return Cursor.part(Channel.hash(batch.channel()), batch.at(index));
  }

  private static List<StrictEventStream.Block> blocks(SseFormat format, Batch batch) {
    String latin = new String(encode(format, batch), ISO_8859_1);
    String body = StrictEventStream.withoutChunks(latin);
    return StrictEventStream.blocks(new String(body.getBytes(ISO_8859_1), UTF_8));
  }

  @Property(tries = 300)
  @Proves({"SSE-4", "SSE-5"})
  void inAnEventStream(@ForAll("published") List<Published> published) {
    Batch batch = batch("room", published);
    List<StrictEventStream.Block> expected = new ArrayList<>();
    for (Published each : published) {
      boolean binary = each.kind == Event.Kind.BINARY;
      String name = each.name;
      expected.add(
          new StrictEventStream.Block(
              binary ? (name == null ? "message" : name) + ";base64" : name,
              binary
                  ? Base64.getEncoder().encodeToString(each.data)
                  : StrictEventStream.lines(each.text()),
              id(batch, expected.size())));
    }
    assertThat(blocks(SseFormat.PLAIN, batch)).isEqualTo(expected);
    assertThat(StrictEventStream.blocks(new String(encode(SseFormat.PLAIN_RAW, batch), UTF_8)))
        .isEqualTo(expected);
  }

  @Property(tries = 200)
  @Proves({"SSE-6", "JSN-1", "JSN-2"})
  void inTheJsonFormOfAnEventStream(
      @ForAll("published") List<Published> published, @ForAll("channels") String channel) {
    Batch batch = batch(channel, published);
    List<StrictEventStream.Block> blocks = blocks(SseFormat.JSON, batch);
    assertThat(blocks).hasSize(published.size());
    for (int i = 0; i < blocks.size(); i++) {
      assertThat(blocks.get(i).event()).isEqualTo(published.get(i).name);
      assertThat(blocks.get(i).id()).isEqualTo(id(batch, i));
      isForm(blocks.get(i).data(), batch, i, true);
    }
  }

  @Property(tries = 200)
  @Proves({"WS-6", "JSN-1", "JSN-2"})
  void onAWebSocket(
      @ForAll("published") List<Published> published, @ForAll("channels") String channel) {
    Batch batch = batch(channel, published);
    List<byte[]> plain = messages(encode(WebSocketFormat.PLAIN, batch), published, false);
    List<byte[]> forms = messages(encode(WebSocketFormat.JSON, batch), published, true);
    for (int i = 0; i < published.size(); i++) {
      assertThat(plain.get(i)).isEqualTo(published.get(i).data);
      isForm(new String(forms.get(i), UTF_8), batch, i, false);
    }
  }

  @Property(tries = 200)
  @Proves({"POL-1", "JSN-1", "JSN-2"})
  void inAPoll(@ForAll("published") List<Published> published, @ForAll("channels") String channel) {
    Batch batch = batch(channel, published);
    Frames frames = PollFormat.INSTANCE.encode(batch, UnpooledByteBufAllocator.DEFAULT);
    for (int i = 0; i < published.size(); i++) {
      int begin = frames.begin(i);
      isForm(frames.bytes().toString(begin, frames.end(i) - begin, UTF_8), batch, i, false);
    }
    frames.bytes().release();
  }

  /** The one header that repeats what a client sent. */
  @Property(tries = 300)
  @Proves("POL-6")
  void inALink(@ForAll("queries") String query) {
    String url = PollAnswer.nextUrl("/room", query, "1abc");
    assertThat(url).matches("/room\\?[!-~&&[^<>\"\\\\]]*").endsWith("since=1abc");
  }

  @Provide
  Arbitrary<String> queries() {
    Arbitrary<String> hostile =
        Arbitraries.of(">; rel=\"stylesheet\"", ",<//evil>", "\r\nX-Injected: y", "\\", "since=<");
    Arbitrary<String> any = Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(6);
    return Arbitraries.oneOf(hostile, any)
        .list()
        .ofMaxSize(5)
        .map(parts -> String.join("&", parts));
  }

  /** The payloads of unfragmented frames, one for each event. */
  private static List<byte[]> messages(byte[] frames, List<Published> published, boolean json) {
    ByteBuf in = Unpooled.wrappedBuffer(frames);
    List<byte[]> messages = new ArrayList<>();
    for (Published each : published) {
      boolean binary = each.kind == Event.Kind.BINARY && !json;
      assertThat(in.readUnsignedByte()).isEqualTo((short) (binary ? 0x82 : 0x81));
      int length = in.readUnsignedByte();
      length = length == 126 ? in.readUnsignedShort() : length;
      byte[] payload = new byte[length];
      in.readBytes(payload);
      messages.add(payload);
    }
    assertThat(in.isReadable()).isFalse();
    return messages;
  }

  /** SSE makes LF of the CR that JSON data may have between its tokens. */
  private static void isForm(String json, Batch batch, int index, boolean sse) {
    Event event = batch.events().get(index);
    JsonObject form = new JsonObject(json);
    assertThat(form.getString("channel")).isEqualTo(batch.channel());
    assertThat(form.getString("cursor")).isEqualTo(id(batch, index));
    assertThat(form.getString("name")).isEqualTo(event.name());
    assertThat(form.getString("type")).isEqualTo(event.type());
    String text = new String(event.data(), UTF_8);
    switch (event.kind()) {
      case TEXT -> assertThat(form.getString("data")).isEqualTo(text);
      case BINARY ->
          assertThat(Base64.getDecoder().decode(form.getString("data64"))).isEqualTo(event.data());
      case JSON ->
          assertThat(json).contains("\"data\":" + (sse ? StrictEventStream.lines(text) : text));
    }
    assertThat(form.fieldNames())
        .isSubsetOf("channel", "cursor", "name", "type", "time", "data", "data64");
  }

  @Provide
  Arbitrary<List<Published>> published() {
    Arbitrary<Published> text =
        Combinators.combine(names(), texts())
            .as((name, data) -> new Published(name, Event.Kind.TEXT, data.getBytes(UTF_8)));
    Arbitrary<Published> json =
        Combinators.combine(names(), json())
            .as((name, data) -> new Published(name, Event.Kind.JSON, data.getBytes(UTF_8)));
    Arbitrary<Published> binary =
        Combinators.combine(names(), Arbitraries.bytes().array(byte[].class).ofMaxSize(40))
            .as((name, data) -> new Published(name, Event.Kind.BINARY, data));
    return Arbitraries.oneOf(text, json, binary).list().ofMinSize(1).ofMaxSize(4);
  }

  private static Arbitrary<String> texts() {
    Arbitrary<String> hostile =
        Arbitraries.of(
            "\r",
            "\n",
            "\r\n",
            "\n\n",
            "\r\r",
            "\r\n\r\n",
            ":",
            " ",
            "data: ",
            "event: x\n",
            "id: 1\n",
            "retry: 1\n",
            "\n\nevent: sluice.close\ndata: {}\n\n",
            "0\r\n\r\n",
            "\"",
            "\\",
            "\\u000a",
            "\"}",
            "é",
            "😀",
            "\uFEFF",
            "\0",
            "\u0085",
            "\u2028",
            "\u2029",
            "\f");
    Arbitrary<String> any = Arbitraries.strings().ascii().ofMaxLength(5);
    return Arbitraries.oneOf(hostile, any)
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }

  /** Objects and strings of one text, with what may stand between tokens. */
  private static Arbitrary<String> json() {
    Arbitrary<String> blank = Arbitraries.of("", " ", "\n", "\r", "\r\n\r\n", "\t");
    return Combinators.combine(texts(), blank, blank)
        .as(
            (text, one, other) -> {
              String string = new JsonObject().put("k", text).encode();
              return one + "{" + other + string.substring(1, string.length() - 1) + one + "}";
            });
  }

  /** What the publish API lets through: {@code docs/protocol.md} NAM-4. */
  @Provide
  Arbitrary<@Nullable String> names() {
    Arbitrary<String> special =
        Arbitraries.of(
            "data: x", ": x", " x", "x;base64", "id", "\u2028", "\uFEFF", "😀", "\"", "\\", "__x");
    Arbitrary<String> any =
        Arbitraries.strings().withCharRange(' ', '~').ofMinLength(1).ofMaxLength(8);
    return Arbitraries.oneOf(special, any).injectNull(0.3);
  }

  @Provide
  Arbitrary<String> channels() {
    Arbitrary<String> special =
        Arbitraries.of("a\"b", "\\", "\",\"data\":\"x", "\u2028", "😀", "../..", "*", "__x", "a b");
    return Arbitraries.oneOf(
        special, Arbitraries.strings().withCharRange(' ', '~').ofMinLength(1).ofMaxLength(9));
  }
}
