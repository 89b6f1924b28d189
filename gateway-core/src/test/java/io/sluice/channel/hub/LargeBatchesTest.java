package io.sluice.channel.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Broker;
import io.sluice.channel.History;
import io.sluice.channel.Start;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Batches of more than a page: what another node has appended together. */
@NullMarked
final class LargeBatchesTest {

  private static final List<String> TEN =
      IntStream.range(0, 10).mapToObj(number -> "e" + number).toList();

  private static void arriveTogether(HubBed bed) {
    bed.broker.gather();
    bed.publish(10);
    bed.loops.settle();
    bed.loops.on(bed.home, bed.broker::releaseTogether);
    bed.loops.settle();
  }

  private static RecordingSink stopped(HubBed bed, int loop) {
    RecordingSink sink = new RecordingSink();
    sink.capacity = 1;
    bed.open(loop, sink, new Start.Head());
    bed.loops.settle();
    return sink;
  }

  private static void goOn(HubBed bed, int loop, RecordingSink sink) {
    for (int i = 0; i < 10; i++) {
      bed.loops.on(loop, sink::drain);
      bed.loops.settle();
    }
  }

  @Test
  @Proves("BEAT-4")
  void aClientThatStopsHoldsNoMoreThanAPageOfOneAndThenGetsTheRest() {
    HubBed bed = new HubBed(); // pages of four events
    RecordingSink reads = bed.opened(bed.home);
    RecordingSink stops = stopped(bed, bed.away);

    arriveTogether(bed);

    assertThat(reads.data()).isEqualTo(TEN);
    assertThat(stops.data()).containsExactly("e0", "e1", "e2", "e3");
    goOn(bed, bed.away, stops);
    assertThat(stops.data()).isEqualTo(TEN);
  }

  @Test
  void bytesCountToo() {
    HubBed bed =
        new HubBed(History.DEFAULT, HubSettings.of(new Broker.Page(100, 1), 1 << 20, 1 << 20, 2));
    RecordingSink reads = bed.opened(bed.away);
    RecordingSink stops = stopped(bed, bed.home);

    arriveTogether(bed);

    assertThat(reads.data()).isEqualTo(TEN);
    assertThat(stops.data()).containsExactly("e0");
    goOn(bed, bed.home, stops);
    assertThat(stops.data()).isEqualTo(TEN);
  }
}
