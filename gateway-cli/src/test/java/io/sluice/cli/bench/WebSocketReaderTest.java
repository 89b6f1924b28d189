package io.sluice.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WebSocketReaderTest {

  private static final String ACCEPTED =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

  private final Run run = new Run(System::nanoTime, lane -> {});
  private final Tally tally = new Tally(run, new LongAdder());
  private final ReaderState state = new ReaderState(tally, 1);
  private final EmbeddedChannel channel =
      new EmbeddedChannel(new WebSocketReader(state, "GET / HTTP/1.1\r\n\r\n"));

  WebSocketReaderTest() {
    run.measureFromNow();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  /** A frame of a server: RFC 6455 §5.2 without a mask. */
  private static ByteBuf frame(int opcode, String payload) {
    byte[] bytes = payload.getBytes(StandardCharsets.US_ASCII);
    ByteBuf frame = Unpooled.buffer().writeByte(0x80 | opcode);
    if (bytes.length < 126) {
      frame.writeByte(bytes.length);
    } else if (bytes.length < 1 << 16) {
      frame.writeByte(126).writeShort(bytes.length);
    } else {
      frame.writeByte(127).writeLong(bytes.length);
    }
    return frame.writeBytes(bytes);
  }

  private static String event(int number, int size) {
    return Mark.data(0, number, 1_000_000_000, size);
  }

  private static ByteBuf ascii(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  @Test
  void sendsItsHandshakeAndIsReadyWhenItIsAccepted() {
    ByteBuf sent = channel.readOutbound();
    assertThat(sent.toString(StandardCharsets.US_ASCII)).isEqualTo("GET / HTTP/1.1\r\n\r\n");
    sent.release();
    assertThat(state.ready()).isNotDone();
    channel.writeInbound(ascii(ACCEPTED));
    assertThat(state.ready()).isCompleted();
  }

  @Test
  void refusalSaysTheStatus() {
    channel.writeInbound(ascii("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"));
    assertThat(state.ready())
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("403 Forbidden");
  }

  @Test
  void framesOfEveryLengthAreFollowedWhereverTheStreamIsCut() {
    ByteBuf stream =
        Unpooled.wrappedBuffer(
            ascii(ACCEPTED),
            frame(1, event(1, 100)),
            frame(1, event(2, 300)),
            frame(9, "are you there"),
            frame(1, event(3, 70_000)),
            frame(2, event(4, 30)));
    byte[] all = ByteBufUtil.getBytes(stream);
    stream.release();
    for (int i = 0; i < all.length; i += 7) {
      channel.writeInbound(Unpooled.copiedBuffer(all, i, Math.min(7, all.length - i)));
    }
    assertThat(tally.deliveries()).isEqualTo(4);
    assertThat(tally.gaps()).isZero();
  }

  @Test
  void pingIsAnsweredWithItsPayloadMasked() {
    channel.releaseOutbound();
    channel.writeInbound(Unpooled.wrappedBuffer(ascii(ACCEPTED), frame(9, "hi"), frame(9, "")));
    ByteBuf pong = channel.readOutbound();
    assertThat(ByteBufUtil.hexDump(pong)).isEqualTo("8a8200000000" + "6869");
    pong.release();
    ByteBuf empty = channel.readOutbound();
    assertThat(ByteBufUtil.hexDump(empty)).isEqualTo("8a8000000000");
    empty.release();
  }

  @Test
  void lostConnectionIsCountedOnce() {
    channel.writeInbound(ascii(ACCEPTED));
    channel.close();
    assertThat(tally.closed()).isEqualTo(1);
  }
}
