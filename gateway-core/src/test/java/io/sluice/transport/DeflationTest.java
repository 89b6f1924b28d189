package io.sluice.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.Proves;
import io.sluice.http.CloseReason;
import io.sluice.metrics.Metrics;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed messages, both ways. */
final class DeflationTest {

  private static final int MAX_BYTES = 64 << 10;

  private final Metrics metrics = new Metrics();
  private final Deflation deflation = new Deflation(metrics);

  @AfterEach
  void end() {
    deflation.close();
  }

  /** A message as a client makes it. */
  static byte[] compress(byte[] message, int level, int strategy) {
    Deflater zlib = new Deflater(level, true);
    zlib.setStrategy(strategy);
    zlib.setInput(message);
    byte[] out = new byte[message.length * 2 + 100];
    int length = zlib.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
    if (length == 0) { // a new strategy takes a turn of its own
      length = zlib.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
    }
    zlib.end();
    return Arrays.copyOf(out, length - 4);
  }

  static byte[] compress(String message) {
    return compress(message.getBytes(StandardCharsets.UTF_8), 6, Deflater.DEFAULT_STRATEGY);
  }

  /** What a message says, or how it is refused. */
  private String inflate(byte[] message) {
    ByteBuf in = PooledByteBufAllocator.DEFAULT.buffer().writeBytes(message);
    ByteBuf out = PooledByteBufAllocator.DEFAULT.buffer();
    CloseReason problem = deflation.inflate(in, out, MAX_BYTES);
    assertThat(out.readableBytes()).isLessThanOrEqualTo(MAX_BYTES);
    assertThat(out.capacity()).isLessThanOrEqualTo(2 * MAX_BYTES);
    String told = problem == null ? out.toString(StandardCharsets.UTF_8) : problem.slug();
    in.release();
    out.release();
    return told;
  }

  private static byte[] hex(String hex) {
    return HexFormat.ofDelimiter(" ").parseHex(hex);
  }

  /** RFC 7692 §7.2.3. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "f2 48 cd c9 c9 07 00", // §7.2.3.1: one block
        "f3 48 cd c9 c9 07 00 00", // §7.2.3.4: a final one
        "00 05 00 fa ff 48 65 6c 6c 6f 00", // §7.2.3.3: not compressed
        "f2 48 05 00 00 00 ff ff ca c9 c9 07 00", // §7.2.3.5: two blocks
      })
  @Proves("WS-18")
  void inflatesTheExamplesOfTheStandard(String message) {
    assertThat(inflate(hex(message))).isEqualTo("Hello");
  }

  @Test
  @Proves("WS-18")
  void inflatesMessagesThatUseFinalBlocksBetween() {
    byte[] hello = hex("f3 48 cd c9 c9 07 00");
    byte[] three = ClientFrames.join(hello, hello, hello, new byte[1]);
    assertThat(inflate(three)).isEqualTo("HelloHelloHello");
  }

  @Test
  @Proves("WS-18")
  void takesNoEndlessRowOfFinalBlocks() {
    byte[] empty = {3, 0};
    byte[][] row = new byte[100][];
    Arrays.fill(row, empty);
    row[99] = new byte[1];
    assertThat(inflate(ClientFrames.join(row))).isEmpty();
    row[99] = new byte[] {3, 0, 0};
    assertThat(inflate(ClientFrames.join(row))).isEqualTo("bad-frame");
  }

  @Test
  void inflatesTheEmptyMessage() {
    assertThat(inflate(new byte[1])).isEmpty();
  }

  @Test
  @Proves("WS-18")
  void everyMessageStandsAlone() {
    // The second Hello of §7.2.3.2, which refers to the first.
    assertThat(inflate(hex("f2 48 cd c9 c9 07 00"))).isEqualTo("Hello");
    assertThat(inflate(hex("f2 00 11 00 00"))).isEqualTo("bad-frame");
    assertThat(inflate(hex("f2 48 cd c9 c9 07 00"))).isEqualTo("Hello");
  }

  @Test
  @Proves({"WS-18", "LIM-2"})
  void inflatesUpToItsBoundAndNotFurther() {
    for (int strategy : new int[] {Deflater.DEFAULT_STRATEGY, Deflater.HUFFMAN_ONLY}) {
      byte[] most = new byte[MAX_BYTES];
      Arrays.fill(most, (byte) 'x');
      assertThat(inflate(compress(most, 9, strategy))).hasSize(MAX_BYTES);
      byte[] more = Arrays.copyOf(most, MAX_BYTES + 1);
      assertThat(inflate(compress(more, 9, strategy))).isEqualTo("too-large");
    }
  }

  @Test
  @Proves({"WS-18", "LIM-2"})
  void aBombCostsNoMoreThanItsBound() {
    byte[] bomb = compress(new byte[64 << 20], 9, Deflater.DEFAULT_STRATEGY);
    assertThat((64 << 20) / bomb.length).isGreaterThan(1000);
    assertThat(inflate(bomb)).isEqualTo("too-large");
    assertThat(inflate(compress("after it"))).isEqualTo("after it");
  }

  @Test
  @Proves("WS-18")
  void refusesAMessageThatIsCutAnywhere() {
    for (int strategy : new int[] {Deflater.DEFAULT_STRATEGY, Deflater.HUFFMAN_ONLY}) {
      String text = "a message with some words, and some words again: " + "0123456789".repeat(9);
      byte[] whole = compress(text.getBytes(StandardCharsets.UTF_8), 6, strategy);
      assertThat(inflate(whole)).isEqualTo(text);
      for (int i = 0; i < whole.length - 1; i++) {
        assertThat(inflate(Arrays.copyOf(whole, i))).as("cut at %d", i).isEqualTo("bad-frame");
      }
      byte[] flush = {0, 0, -1, -1};
      assertThat(inflate(ClientFrames.join(whole, flush, whole))).isEqualTo(text + text);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ff", "06", "07 00", "00 05 00 fa fe 48", "f3 48 cd c9 c9 07 00", "ed fd"})
  @Proves("WS-18")
  void refusesWhatIsNoStream(String message) {
    assertThat(inflate(hex(message))).isEqualTo("bad-frame");
  }

  @Property(tries = 2000)
  void neverThrowsWhateverComes(@ForAll byte[] message) {
    assertThat(inflate(message)).isNotNull();
    end();
  }

  @Property(tries = 500)
  void readsWhatAnyCompressorMakes(@ForAll String text, @ForAll boolean fast) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    byte[] message = compress(utf8, fast ? 1 : 9, Deflater.DEFAULT_STRATEGY);
    assertThat(inflate(message)).isEqualTo(new String(utf8, StandardCharsets.UTF_8));
    end();
  }

  /** The frame that a message becomes. */
  private byte[] frame(byte[] message) {
    ByteBuf out = PooledByteBufAllocator.DEFAULT.buffer();
    deflation.write(out, Frame.TEXT, Unpooled.wrappedBuffer(message));
    byte[] frame = ByteBufUtil.getBytes(out);
    out.release();
    return frame;
  }

  /** By what RFC 7692 §7.2.2 says, and nothing of ours. */
  static byte[] unpack(byte[] payload) throws Exception {
    Inflater zlib = new Inflater(true);
    zlib.setInput(ClientFrames.join(payload, new byte[] {0, 0, -1, -1}));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    byte[] chunk = new byte[1000];
    for (int n = zlib.inflate(chunk); n > 0; n = zlib.inflate(chunk)) {
      all.write(chunk, 0, n);
    }
    zlib.end();
    return all.toByteArray();
  }

  @Test
  @Proves("WS-19")
  void compressesLongMessagesEachByItself() throws Exception {
    byte[] message =
        "{\"price\":17.25,\"currency\":\"EUR\"}".repeat(20).getBytes(StandardCharsets.UTF_8);
    byte[] first = frame(message);
    byte[] second = frame(message);

    assertThat(second).isEqualTo(first);
    assertThat(first[0]).isEqualTo((byte) 0xc1);
    assertThat(first[1]).isEqualTo((byte) (first.length - 2));
    byte[] payload = Arrays.copyOfRange(first, 2, first.length);
    assertThat(payload.length).isLessThan(message.length / 5);
    assertThat(unpack(payload)).isEqualTo(message);
    assertThat(metrics.eventsCompressed.get()).isEqualTo(2);
    assertThat(metrics.compressionBytes.labelValues("before").get()).isEqualTo(2 * message.length);
    assertThat(metrics.compressionBytes.labelValues("after").get()).isEqualTo(2 * payload.length);
  }

  @Test
  @Proves("WS-19")
  void leavesAsTheyAreWhatIsShortOrWouldNotBecomeShorter() {
    byte[] brief = "x".repeat(Deflation.MIN_BYTES - 1).getBytes(StandardCharsets.UTF_8);
    assertThat(frame(brief)).hasSize(4 + brief.length).startsWith(0x81, 126);
    byte[] long1 = "x".repeat(Deflation.MIN_BYTES).getBytes(StandardCharsets.UTF_8);
    assertThat(frame(long1)).startsWith(0xc1).hasSizeLessThan(20);
    byte[] noise = new byte[100_000];
    SplittableRandom random = new SplittableRandom(1);
    for (int length : new int[] {256, 1000, 70_000, 100_000}) {
      random.nextBytes(noise);
      byte[] message = Arrays.copyOf(noise, length);
      byte[] frame = frame(message);
      assertThat(frame[0]).isEqualTo((byte) 0x81);
      assertThat(frame).endsWith(message);
    }
    assertThat(metrics.eventsCompressed.get()).isEqualTo(1);
  }

  @Property(tries = 300)
  void whatItWritesIsReadAgain(@ForAll String text) throws Exception {
    byte[] message = text.repeat(30).getBytes(StandardCharsets.UTF_8);
    byte[] frame = frame(message);
    int length = frame[1] & 0x7f;
    byte[] payload =
        Arrays.copyOfRange(frame, length == 126 ? 4 : length == 127 ? 10 : 2, frame.length);
    boolean compressed = (frame[0] & 0x40) != 0;
    assertThat(compressed ? unpack(payload) : payload).isEqualTo(message);
    end();
  }

  @Test
  void goesOnAfterItsEnd() {
    assertThat(inflate(compress("before"))).isEqualTo("before");
    deflation.close();
    deflation.close();
    assertThat(inflate(compress("after"))).isEqualTo("after");
  }
}
