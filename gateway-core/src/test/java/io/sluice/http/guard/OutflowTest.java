package io.sluice.http.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@NullMarked
final class OutflowTest {

  private final Outflow outflow = new Outflow();
  private final Narrow channel = new Narrow();

  /** Takes as many bytes as it is told to. */
  private static final class Narrow extends EmbeddedChannel {
    private int room;

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
      while (room > 0 && in.current() instanceof ByteBuf bytes) {
        int taken = Math.min(room, bytes.readableBytes());
        room -= taken;
        in.removeBytes(taken);
      }
    }

    void take(int bytes) {
      room = bytes;
      flush();
    }
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void write(int bytes) {
    channel.writeAndFlush(Unpooled.buffer(bytes).writeZero(bytes));
  }

  @Test
  void whatIsTakenAtOnceNeverStops() {
    channel.room = 1000;
    write(1000);
    assertThat(outflow.stoppedMs(channel, 1_000)).isZero();
    assertThat(outflow.stoppedMs(channel, 99_000)).isZero();
  }

  @Test
  void theTimeRunsFromTheFirstLookAtWhatWaitsWhateverIsWrittenBehindIt() {
    write(10);
    assertThat(outflow.stoppedMs(channel, 1_000)).isZero();
    write(10);
    assertThat(outflow.stoppedMs(channel, 2_000)).isEqualTo(1_000);
    write(10);
    assertThat(outflow.stoppedMs(channel, 61_000)).isEqualTo(60_000);
  }

  @Test
  void aByteIsEnoughToStartAnew() {
    write(10);
    outflow.stoppedMs(channel, 1_000);
    channel.take(1);
    assertThat(outflow.stoppedMs(channel, 2_000)).isZero();
    assertThat(outflow.stoppedMs(channel, 3_000)).isEqualTo(1_000);
    channel.take(9);
    assertThat(outflow.stoppedMs(channel, 4_000)).isZero();
    assertThat(outflow.stoppedMs(channel, 5_000)).isZero();
  }
}
