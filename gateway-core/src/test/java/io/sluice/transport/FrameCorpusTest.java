package io.sluice.transport;

import static io.sluice.transport.ClientFrames.frame;
import static io.sluice.transport.ClientFrames.ping;
import static io.sluice.transport.WebSocketBed.ROOM;
import static io.sluice.transport.WebSocketBed.head;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.Proves;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes of the kept frames, on the pipeline of a WebSocket without its socket. */
class FrameCorpusTest {

  private static final int MAX_MESSAGE_BYTES = 1 << 16;

  /** Longer inputs are sent whole alone. */
  private static final int MAX_CUT_BYTES = 200;

  static List<FrameCorpus.Vector> corpus() {
    return FrameCorpus.all();
  }

  static List<FrameCorpus.Vector> texts() {
    return corpus().stream().filter(vector -> vector.section().equals("utf-8")).toList();
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Proves({"WS-3", "WS-4", "WS-5", "WS-8", "LIM-2"})
  void eachInputIsTakenOrClosedWithItsCode(FrameCorpus.Vector vector) {
    play(vector, vector.bytes());
  }

  @ParameterizedTest
  @MethodSource("corpus")
  @Proves({"WS-3", "WS-5"})
  void soItIsCutAtEveryByteAndInSingleBytes(FrameCorpus.Vector vector) {
    byte[] bytes = vector.bytes();
    if (bytes.length > MAX_CUT_BYTES) {
      return;
    }
    byte[][] single = new byte[bytes.length][];
    for (int i = 0; i < bytes.length; i++) {
      single[i] = new byte[] {bytes[i]};
      play(vector, Arrays.copyOf(bytes, i), Arrays.copyOfRange(bytes, i, bytes.length));
    }
    play(vector, single);
  }

  @ParameterizedTest
  @MethodSource("texts")
  @Proves({"WS-3", "WS-4"})
  void soItIsInFragmentsThatSplitItsCharacters(FrameCorpus.Vector vector) {
    byte[] text = FrameCorpus.payload(vector.frames().get(0));
    List<byte[]> single = new ArrayList<>(List.of(frame(0x01, "")));
    for (int i = 0; i <= text.length; i++) {
      byte[] first = frame(0x01, Arrays.copyOf(text, i));
      byte[] last = frame(0x80, Arrays.copyOfRange(text, i, text.length));
      play(vector, ClientFrames.join(first, last));
      play(vector, ClientFrames.join(first, frame(0x8a, ""), frame(0x00, ""), last));
      if (i < text.length) {
        single.add(frame(0x00, new byte[] {text[i]}));
      }
    }
    single.add(frame(0x80, ""));
    play(vector, single.toArray(new byte[0][]));
  }

  private static void play(FrameCorpus.Vector vector, byte[]... pieces) {
    WebSocketBed bed = new WebSocketBed();
    bed.open(vector.isPlain() ? WebSocketMode.PLAIN : WebSocketMode.PROTOCOL, head(ROOM));
    bed.sent();
    for (byte[] piece : pieces) {
      if (bed.channel.isOpen()) {
        bed.send(piece);
      }
    }
    List<String> sent = bed.sent();
    if (vector.close().isEmpty()) {
      assertThat(sent).noneMatch(frame -> frame.startsWith("close"));
      bed.send(ping("alive"));
      assertThat(bed.sent()).containsExactly("pong alive");
      bed.channel.close();
    } else {
      assertThat(sent).isNotEmpty();
      String last = sent.remove(sent.size() - 1);
      assertThat(last.split(" [a-z]", -1)[0]).isEqualTo(vector.close());
      assertThat(sent).noneMatch(frame -> frame.startsWith("close"));
    }
    bed.settle();
    assertThat(bed.connections.size()).isZero();
    assertThat(bed.hub.readers(ROOM)).isZero();
  }

  /** The memory that the bytes of a client take, in a bed of its own. */
  private static final class Metered {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    private final WebSocketBed bed = new WebSocketBed();
    private long most;

    Metered() {
      bed.open(WebSocketMode.PROTOCOL, head(ROOM));
      bed.sent();
    }

    void send(byte[] frame) {
      ByteBuf bytes = allocator.heapBuffer(frame.length).writeBytes(frame);
      bed.loops.on(0, () -> bed.channel.writeInbound(bytes));
      most = Math.max(most, allocator.metric().usedHeapMemory());
    }
  }

  @Test
  @Proves({"WS-3", "LIM-2"})
  void fragmentsWithoutEndTakeNoMoreThanAMessageMay() {
    Metered client = new Metered();
    client.send(frame(0x01, "61"));
    byte[] more = frame(0x00, "61".repeat(1000));
    int sent = 1;
    while (client.bed.channel.isOpen() && sent < 2 * MAX_MESSAGE_BYTES) {
      client.send(more);
      client.bed.channel.runPendingTasks();
      sent += 1000;
    }

    assertThat(client.bed.sent()).containsExactly("close 1009 too-large");
    assertThat(sent).isBetween(MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES + 1000);
    assertThat(client.most).isLessThan(3 * MAX_MESSAGE_BYTES);
    assertThat(client.allocator.metric().usedHeapMemory()).isZero();
  }

  @Test
  @Proves({"WS-3", "LIM-2"})
  void emptyFragmentsWithoutEndTakeNothingAndAreReadNoFasterThanTheRate() {
    Metered client = new Metered();
    client.send(frame(0x01, ""));
    for (int second = 0; second < 100; second++) {
      for (int i = 0; i < 100; i++) {
        client.send(frame(0x00, ""));
      }
      assertThat(client.bed.channel.config().isAutoRead()).isFalse();
      client.bed.loops.advance(1_100);
    }

    assertThat(client.bed.channel.isOpen()).isTrue();
    assertThat(client.most).isLessThan(4096);
    client.bed.channel.close();
    assertThat(client.allocator.metric().usedHeapMemory()).isZero();
  }

  @Test
  @Proves({"WS-4", "LIM-2"})
  void tenThousandPingsAreAnsweredAtTheRateInOrder() {
    WebSocketBed bed = new WebSocketBed();
    bed.open(WebSocketMode.PROTOCOL, head(ROOM));
    bed.sent();
    byte[][] pings = new byte[10_000][];
    for (int i = 0; i < pings.length; i++) {
      pings[i] = ping("" + i);
    }
    bed.send(pings);
    int answered = 0;
    for (int second = 0; second < 100; second++) {
      List<String> sent = bed.sent();
      for (String frame : sent.stream().filter(each -> each.startsWith("pong")).toList()) {
        assertThat(frame).isEqualTo("pong " + answered++);
      }
      assertThat(answered).isLessThanOrEqualTo(100 * (1_100 * second / 1_000 + 1));
      bed.loops.advance(1_100);
    }
    assertThat(answered).isEqualTo(pings.length);
    assertThat(bed.channel.isOpen()).isTrue();
    bed.channel.close();
  }
}
