package io.sluice.http.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ReadSizesTest {

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ChannelConfig config = channel.config();
  private final ExtendedHandle sizes = (ExtendedHandle) new ReadSizes().newHandle();

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void growsWhileReadsAreFilledAndNoFurther() {
    sizes.reset(config);
    for (int i = 0; i < 10; i++) {
      read(sizes.guess());
    }
    assertThat(sizes.guess()).isEqualTo(ReadSizes.MOST_BYTES);
  }

  @Test
  void shrinksAfterSomeTurnsThatBringLittleAndNoFurther() {
    int before = sizes.guess();
    turn(10);
    assertThat(sizes.guess()).isEqualTo(before);
    turn(10);
    assertThat(sizes.guess()).isLessThan(before);
    for (int i = 0; i < 40; i++) {
      turn(10);
    }
    assertThat(sizes.guess()).isEqualTo(ReadSizes.LEAST_BYTES);
  }

  @Test
  void goesOnOnlyAfterAFilledRead() {
    sizes.reset(config);
    read(sizes.guess());
    assertThat(sizes.continueReading()).isTrue();
    read(sizes.guess() - 1);
    assertThat(sizes.continueReading()).isFalse();
  }

  @Test
  void stopsAtOnceWhenNothingIsWantedAnyMore() {
    sizes.reset(config);
    read(sizes.guess());
    config.setAutoRead(false);
    assertThat(sizes.continueReading()).isFalse();
  }

  @Test
  void otherConnectionsHaveTheirTurn() {
    sizes.reset(config);
    int reads = 0;
    do {
      read(sizes.guess());
      reads++;
    } while (sizes.continueReading());
    assertThat(reads).isEqualTo(16);
  }

  @Test
  void theEndOfInputIsNoReasonToGoOn() {
    sizes.reset(config);
    sizes.attemptedBytesRead(sizes.guess());
    sizes.lastBytesRead(-1);
    assertThat(sizes.continueReading()).isFalse();
    assertThat(sizes.lastBytesRead()).isEqualTo(-1);
  }

  private void turn(int bytes) {
    sizes.reset(config);
    read(bytes);
    sizes.readComplete();
  }

  private void read(int bytes) {
    sizes.attemptedBytesRead(sizes.guess());
    sizes.lastBytesRead(bytes);
    sizes.incMessagesRead(1);
  }
}
