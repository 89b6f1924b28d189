package io.sluice.channel.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.sluice.channel.Broker;
import io.sluice.channel.History;
import io.sluice.channel.Start;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Pages of clients over TLS, where each has its own copy of what is shared in the clear. */
@NullMarked
class CopiedPagesTest {

  /** All stand at the same place: in the clear they would share the bytes of each page. */
  @Test
  void stoppedReadersThatCopyPagesHoldNoMoreThanThePageBudget() {
    Hub.Settings settings = HubSettings.of(new Broker.Page(4, 64), 2_000, 1 << 20, 2);
    HubBed tight = new HubBed(History.DEFAULT, settings);
    tight.publish(500);
    List<CopyingSink> stopped = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      CopyingSink sink = new CopyingSink();
      sink.capacity = 1;
      tight.open(tight.away, sink, new Start.Rewind(100));
      stopped.add(sink);
      tight.loops.advance(5);
    }
    tight.loops.advance(HubSettings.KEEP_MS * 2);

    long held = stopped.stream().mapToLong(CopyingSink::ownBytes).sum();
    assertThat(held).isBetween(1L, 2_000 + 500 + 64L);
    assertThat(tight.hub.pageBudget().used()).isEqualTo(held);

    for (CopyingSink sink : stopped) {
      sink.capacity = Integer.MAX_VALUE;
      tight.loops.on(tight.away, sink::drain);
    }
    tight.loops.advance(60_000);
    assertThat(stopped).allSatisfy(sink -> assertThat(sink.data()).hasSize(100));
    assertThat(tight.hub.pageBudget().used()).isZero();
  }

  /** Counts what it holds; nobody is told when that becomes less without ever having been full. */
  @Test
  void copiesThatASocketTookUnheardCountNoMore() {
    HubBed bed = new HubBed();
    bed.publish(8);
    CopyingSink sink = new CopyingSink();
    sink.capacity = 1_000;
    bed.open(bed.away, sink, new Start.Rewind(8));
    bed.loops.settle();
    assertThat(bed.hub.pageBudget().used()).isGreaterThanOrEqualTo(sink.ownBytes()).isPositive();

    sink.unsent.forEach(ByteBuf::release);
    sink.unsent.clear();
    bed.loops.advance(HubSettings.KEEP_MS * 3);

    assertThat(bed.hub.pageBudget().used()).isZero();
  }

  /** A client over TLS: at its flush, what is shared is copied and let go of. */
  private static final class CopyingSink extends RecordingSink {
    @Override
    public boolean copies() {
      return true;
    }

    @Override
    public void flush() {
      for (int i = unsent.size(); i > 0; i--) {
        ByteBuf shared = unsent.remove();
        unsent.add(shared.copy());
        shared.release();
      }
    }

    @Override
    public long ownBytes() {
      return unsent.stream().mapToLong(ByteBuf::readableBytes).sum();
    }
  }
}
