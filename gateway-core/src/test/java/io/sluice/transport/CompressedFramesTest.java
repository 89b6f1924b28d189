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
import io.sluice.Proves;
import io.sluice.http.CloseReason;
import io.sluice.metrics.Metrics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client may send that has {@code permessage-deflate}: RFC 7692 §6. */
final class CompressedFramesTest {

  private static final int MAX_MESSAGE_BYTES = 1000;

  private final Deflation deflation = new Deflation(new Metrics());

  @AfterEach
  void end() {
    deflation.close();
  }

  /** Notes what is told, as words. */
  private static final class Recorder implements FrameDecoder.Handler {
    private final List<String> told = new ArrayList<>();

    @Override
    public void onFrame() {}

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
      return false;
    }
  }

  private List<String> decode(boolean takesText, byte[]... pieces) {
    Recorder recorder = new Recorder();
    FrameDecoder decoder = new FrameDecoder(recorder, MAX_MESSAGE_BYTES, takesText, deflation);
    for (byte[] piece : pieces) {
      ByteBuf bytes = PooledByteBufAllocator.DEFAULT.buffer(piece.length).writeBytes(piece);
      ByteBuf watched = bytes.duplicate();
      decoder.feed(bytes);
      assertThat(watched.refCnt()).isZero();
    }
    decoder.close();
    return recorder.told;
  }

  private static byte[] compressed(String text) {
    return frame(0xc1, DeflationTest.compress(text));
  }

  /** In fragments of so many bytes, with a ping behind each. */
  private static byte[] fragments(String text, int size) {
    byte[] whole = DeflationTest.compress(text);
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < whole.length; i += size) {
      int end = Math.min(whole.length, i + size);
      int first = (i == 0 ? 0x41 : 0) | (end == whole.length ? 0x80 : 0);
      frames.add(frame(first, Arrays.copyOfRange(whole, i, end)));
      if (end < whole.length) {
        frames.add(ping("p"));
      }
    }
    return join(frames.toArray(new byte[0][]));
  }

  @Test
  @Proves("WS-18")
  void tellsMessagesCompressedOrNot() {
    assertThat(
            decode(
                true, join(compressed("one"), text("two"), compressed("€ three"), compressed(""))))
        .containsExactly("text one", "text two", "text € three", "text ");
  }

  @Test
  @Proves({"WS-18", "WS-4"})
  void joinsFragmentsOfAllSizesWithControlFramesBetween() {
    String text = "{'op':'subscribe','channel':'room-äöü€'}";
    for (int size = 1; size < 60; size++) {
      List<String> told = decode(true, join(fragments(text, size), text("next")));
      assertThat(told).last().isEqualTo("text next");
      told.removeIf(each -> each.equals("ping p"));
      assertThat(told).containsExactly("text " + text, "text next");
    }
  }

  @Test
  @Proves("WS-18")
  void tellsTheSameWhereverTheBytesAreCut() {
    byte[] bytes =
        join(
            compressed("a first message"), fragments("a message in fragments", 7), close(1000, ""));
    List<String> whole = decode(true, bytes);
    assertThat(whole).contains("text a first message", "text a message in fragments", "close 1000");
    for (int i = 1; i < bytes.length; i++) {
      assertThat(decode(true, Arrays.copyOf(bytes, i), Arrays.copyOfRange(bytes, i, bytes.length)))
          .as("cut at %d", i)
          .isEqualTo(whole);
    }
  }

  static Stream<Arguments> violations() {
    byte[] noise = new byte[MAX_MESSAGE_BYTES + 1];
    new SplittableRandom(1).nextBytes(noise);
    byte[] bomb = DeflationTest.compress(new byte[1 << 20], 9, Deflater.DEFAULT_STRATEGY);
    return Stream.of(
        arguments("a compressed ping", frame(0xc9, "61"), 1002),
        arguments("a compressed pong", frame(0xca, ""), 1002),
        arguments("a compressed close", frame(0xc8, "03e8"), 1002),
        arguments(
            "a continuation marked as compressed",
            join(frame(0x41, "f2"), frame(0xc0, "48")),
            1002),
        arguments("reserved bit 2", frame(0xe1, "00"), 1002),
        arguments("reserved bit 3", frame(0xd1, "00"), 1002),
        arguments("a reserved opcode", frame(0xc3, "00"), 1002),
        arguments("nothing at all", frame(0xc1, ""), 1002),
        arguments("no stream", frame(0xc1, "ffff"), 1002),
        arguments("a stream that is cut", frame(0xc1, "f248cdc9"), 1002),
        arguments(
            "not UTF-8 inside",
            frame(0xc1, DeflationTest.compress(new byte[] {(byte) 0xc3, 40}, 6, 0)),
            1007),
        arguments(
            "a character that is cut inside",
            frame(0xc1, DeflationTest.compress(new byte[] {(byte) 0xe2}, 6, 0)),
            1007),
        arguments("above the limit inside", compressed("x".repeat(1001)), 1009),
        arguments("above the limit outside", frame(0xc1, noise), 1009),
        arguments("a bomb", frame(0xc1, Arrays.copyOf(bomb, 1000)), 1009),
        arguments(
            "above the limit outside, in fragments",
            join(frame(0x41, new byte[600]), frame(0x80, new byte[401])),
            1009),
        arguments("compressed binary", frame(0xc2, "00"), 1003));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("violations")
  @Proves({"WS-18", "WS-3", "LIM-2"})
  void tellsEachViolationWithItsCode(String name, byte[] bytes, int code) {
    assertThat(decode(true, bytes)).containsExactly("violation " + code);
  }

  @Test
  @Proves("WS-18")
  void doesNotJudgeFragmentsBeforeTheMessageIsWhole() {
    assertThat(decode(true, join(frame(0x41, "ff"), ping("p")))).containsExactly("ping p");
    assertThat(decode(true, compressed("x".repeat(1000))))
        .containsExactly("text " + "x".repeat(1000));
  }

  @Test
  @Proves("WS-8")
  void inflatesNothingWhereNoMessageIsTaken() {
    assertThat(decode(false, compressed("a"))).containsExactly("violation 1003");
    assertThat(decode(false, frame(0x41, "ff"))).containsExactly("violation 1003");
  }
}
