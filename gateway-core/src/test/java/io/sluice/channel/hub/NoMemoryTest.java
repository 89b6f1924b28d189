package io.sluice.channel.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.sluice.channel.Batch;
import io.sluice.channel.Start;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Memory that runs out makes readers wait; none is forgotten and nothing is lost. */
@NullMarked
final class NoMemoryTest {

  private final HubBed bed = new HubBed();
  private final ScarceFormat format = new ScarceFormat();
  private final RecordingSink sink = new RecordingSink(format);

  /** Cannot encode so many times. */
  private static final class ScarceFormat implements WireFormat {
    private int failures;

    @Override
    public int id() {
      return 1;
    }

    @Override
    public Frames encode(Batch batch, ByteBufAllocator allocator) {
      if (failures > 0) {
        failures--;
        throw new OutOfMemoryError("as the test wants it");
      }
      return RecordingSink.TEXT.encode(batch, allocator);
    }
  }

  @Test
  void aLiveReaderGetsWhatCouldNotBeEncodedAtFirst() {
    bed.open(bed.away, sink, new Start.Head());
    bed.loops.settle();
    RecordingSink other = bed.opened(bed.away);

    format.failures = 3;
    bed.publish();
    bed.loops.advance(1_000);

    assertThat(sink.data()).containsExactly("e0");
    assertThat(other.data()).containsExactly("e0");
  }

  @Test
  void aReaderBehindTriesAgainWithoutAnythingNewArriving() {
    bed.publish(6);
    format.failures = 3;
    bed.open(bed.away, sink, new Start.Rewind(6));
    bed.loops.advance(1_000);

    assertThat(sink.data()).containsExactly("e0", "e1", "e2", "e3", "e4", "e5");
  }
}
