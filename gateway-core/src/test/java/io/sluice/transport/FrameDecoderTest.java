package io.sluice.transport;

import static io.sluice.transport.ClientFrames.close;
import static io.sluice.transport.ClientFrames.frame;
import static io.sluice.transport.ClientFrames.join;
import static io.sluice.transport.ClientFrames.ping;
import static io.sluice.transport.ClientFrames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.Proves;
import io.sluice.http.CloseReason;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FrameDecoderTest {

  private static final int MAX_MESSAGE_BYTES = 1000;

  /** Notes what is told, as words. */
  private static final class Recorder implements FrameDecoder.Handler {
    private final List<String> told = new ArrayList<>();
    private boolean held;
    private int holdAfterFrames = Integer.MAX_VALUE;

    @Override
    public void onFrame() {
      held = --holdAfterFrames <= 0;
    }

    @Override
    public void onText(ByteBuf payload) {
      told.add("text " + payload.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void onPing(ByteBuf payload) {
      told.add("ping " + payload.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void onPong() {
      told.add("pong");
    }

    @Override
    public void onClose(int code) {
      told.add("close " + code);
    }

    @Override
    public void onViolation(CloseReason reason, String detail) {
      told.add("violation " + reason.code());
    }

    @Override
    public boolean isHeld() {
      return held;
    }
  }

  private static List<String> decode(boolean takesText, byte[]... pieces) {
    Recorder recorder = new Recorder();
    FrameDecoder decoder = new FrameDecoder(recorder, MAX_MESSAGE_BYTES, takesText);
    for (byte[] piece : pieces) {
      feed(decoder, piece);
    }
    decoder.close();
    return recorder.told;
  }

  /** In a pooled buffer of its own, which the decoder must release. */
  private static void feed(FrameDecoder decoder, byte[] piece) {
    ByteBuf bytes = PooledByteBufAllocator.DEFAULT.buffer(piece.length).writeBytes(piece);
    ByteBuf watched = bytes.duplicate();
    decoder.feed(bytes);
    assertThat(watched.refCnt()).isZero();
  }

  private static byte[] hex(String hex) {
    return HexFormat.ofDelimiter(" ").parseHex(hex);
  }

  static Stream<Arguments> valid() {
    return Stream.of(
        arguments("RFC 6455 §5.7", hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"), "text Hello"),
        arguments("an empty text", hex("81 80 00 00 00 00"), "text "),
        arguments("an empty ping", hex("89 80 01 02 03 04"), "ping "),
        arguments("a pong nobody asked for", frame(0x8a, "0102"), "pong"),
        arguments("126 bytes", text("x".repeat(126)), "text " + "x".repeat(126)),
        arguments("as long as may be", text("x".repeat(1000)), "text " + "x".repeat(1000)),
        arguments("a close without a code", frame(0x88, ""), "close 0"),
        arguments("a close", close(1000, "bye"), "close 1000"),
        arguments("a close of an app", close(4999, "ü"), "close 4999"),
        arguments("a registered code", close(1014, ""), "close 1014"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("valid")
  void tellsValidFrames(String name, byte[] bytes, String told) {
    assertThat(decode(true, bytes)).containsExactly(told);
  }

  static Stream<Arguments> violations() {
    String large = "x".repeat(1001);
    return Stream.of(
        arguments("unmasked", hex("81 05 48 65 6c 6c 6f"), 1002),
        arguments("reserved bit 1", frame(0xc1, "61"), 1002),
        arguments("reserved bit 2", frame(0xa1, "61"), 1002),
        arguments("reserved bit 3", frame(0x91, "61"), 1002),
        arguments("reserved data opcode 3", frame(0x83, "61"), 1002),
        arguments("reserved data opcode 7", frame(0x87, ""), 1002),
        arguments("reserved control opcode 11", frame(0x8b, ""), 1002),
        arguments("reserved control opcode 15", frame(0x8f, ""), 1002),
        arguments("fragmented ping", frame(0x09, ""), 1002),
        arguments("fragmented close", frame(0x08, ""), 1002),
        arguments("ping of 126 bytes", ping("x".repeat(126)), 1002),
        arguments("continuation of nothing", frame(0x80, "61"), 1002),
        arguments("text in a message", join(frame(0x01, "61"), text("b")), 1002),
        arguments("126 used for 125 bytes", hex("81 fe 00 7d"), 1002),
        arguments("127 used for 16 bits", hex("81 ff 00 00 00 00 00 00 ff ff"), 1002),
        arguments("negative length", hex("81 ff 80 00 00 00 00 00 00 00"), 1002),
        arguments("huge length", hex("81 ff 7f ff ff ff ff ff ff ff"), 1009),
        arguments("above the limit", text(large), 1009),
        arguments(
            "above the limit in fragments",
            join(frame(0x01, "61".repeat(600)), frame(0x80, "61".repeat(401))),
            1009),
        arguments("no UTF-8", frame(0x81, "c328"), 1007),
        arguments("overlong", frame(0x81, "c0af"), 1007),
        arguments("overlong in three bytes", frame(0x81, "e09f80"), 1007),
        arguments("surrogate", frame(0x81, "eda080"), 1007),
        arguments("above U+10FFFF", frame(0x81, "f4908080"), 1007),
        arguments("a sequence cut at the end", frame(0x81, "e282"), 1007),
        arguments("bad UTF-8 in a fragment, before the message ends", frame(0x01, "61ff"), 1007),
        arguments(
            "a sequence cut at the last fragment",
            join(frame(0x01, "e2"), frame(0x80, "82")),
            1007),
        arguments("binary", frame(0x82, "01"), 1003),
        arguments("close of one byte", frame(0x88, "03"), 1002),
        arguments("close code 0", close(0, ""), 1002),
        arguments("close code 999", close(999, ""), 1002),
        arguments("close code 1004", close(1004, ""), 1002),
        arguments("close code 1005", close(1005, ""), 1002),
        arguments("close code 1006", close(1006, ""), 1002),
        arguments("close code 1015", close(1015, ""), 1002),
        arguments("close code 2999", close(2999, ""), 1002),
        arguments("close code 5000", close(5000, ""), 1002),
        arguments("close reason that is no UTF-8", frame(0x88, "03e8ff"), 1007));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("violations")
  @Proves({"WS-3", "LIM-2"})
  void tellsEachViolationWithItsCode(String name, byte[] bytes, int code) {
    assertThat(decode(true, bytes)).containsExactly("violation " + code);
  }

  @Test
  @Proves("WS-8")
  void refusesAnyMessageWhereNoneIsTaken() {
    assertThat(decode(false, text("a"))).containsExactly("violation 1003");
    assertThat(decode(false, frame(0x82, "01"))).containsExactly("violation 1003");
    assertThat(decode(false, frame(0x01, ""))).containsExactly("violation 1003");
    assertThat(decode(false, ping("a"))).containsExactly("ping a");
  }

  @Test
  @Proves("WS-4")
  void joinsFragmentsWithControlFramesBetween() {
    assertThat(
            decode(
                true,
                join(
                    frame(0x01, "e2"),
                    ping("1"),
                    frame(0x00, ""),
                    frame(0x00, "82"),
                    ping("2"),
                    frame(0x80, "ac21"),
                    text("next"))))
        .containsExactly("ping 1", "ping 2", "text €!", "text next");
  }

  @Test
  void tellsNothingAfterAViolationOrAClose() {
    assertThat(decode(true, join(frame(0x83, ""), text("a")))).containsExactly("violation 1002");
    assertThat(decode(true, join(close(1001, ""), text("a")), text("b")))
        .containsExactly("close 1001");
  }

  @Test
  @Proves("LIM-2")
  void tellsNothingWhileItIsHeldAndLosesNothing() {
    Recorder recorder = new Recorder();
    FrameDecoder decoder = new FrameDecoder(recorder, MAX_MESSAGE_BYTES, true);
    recorder.holdAfterFrames = 2;

    feed(decoder, join(text("1"), text("2"), text("3")));
    feed(decoder, text("4"));
    assertThat(recorder.told).containsExactly("text 1", "text 2");
    recorder.holdAfterFrames = 100;
    recorder.held = false;
    decoder.goOn();

    assertThat(recorder.told).containsExactly("text 1", "text 2", "text 3", "text 4");
    decoder.close();
  }

  @Provide
  Arbitrary<byte[]> frames() {
    Arbitrary<String> payload = Arbitraries.strings().ofMaxLength(40);
    Arbitrary<byte[]> one =
        Arbitraries.oneOf(
            payload.map(ClientFrames::text),
            payload
                .map(text -> text.substring(0, Math.min(20, text.length())))
                .map(ClientFrames::ping),
            payload.map(
                text ->
                    join(frame(0x01, "61"), frame(0x80, text.getBytes(StandardCharsets.UTF_8)))),
            Arbitraries.integers().between(0, 5100).map(code -> close(code, "x")),
            Arbitraries.bytes().array(byte[].class).ofMaxSize(20));
    return one.list().ofMinSize(1).ofMaxSize(5).map(list -> join(list.toArray(new byte[0][])));
  }

  @Property(tries = 60)
  @Proves("WS-3")
  void tellsTheSameHoweverTheBytesAreSplit(@ForAll("frames") byte[] bytes) {
    List<String> whole = decode(true, bytes);

    byte[][] single = new byte[bytes.length][];
    for (int i = 0; i < bytes.length; i++) {
      single[i] = new byte[] {bytes[i]};
    }
    assertThat(decode(true, single)).isEqualTo(whole);
    for (int i = 1; i < bytes.length; i++) {
      byte[] head = Arrays.copyOf(bytes, i);
      byte[] tail = Arrays.copyOfRange(bytes, i, bytes.length);
      assertThat(decode(true, head, tail)).as("split at %d", i).isEqualTo(whole);
    }
  }

  @Property(tries = 1000)
  void neverThrowsWhateverComes(@ForAll byte[] bytes) {
    assertThat(decode(true, bytes)).isNotNull();
  }

  @Property(tries = 1000)
  void acceptsExactlyWhatThePlatformDecodes(@ForAll byte[] bytes) {
    boolean valid = true;
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
    } catch (CharacterCodingException malformed) {
      valid = false;
    }
    Utf8 utf8 = new Utf8();
    boolean taken = utf8.take(Unpooled.wrappedBuffer(bytes));

    assertThat(taken && utf8.isComplete()).isEqualTo(valid);
  }
}
