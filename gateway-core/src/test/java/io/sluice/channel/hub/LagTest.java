package io.sluice.channel.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.sluice.channel.Start;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** How late live readers get events, and how far the others are behind. */
@NullMarked
final class LagTest {

  private final HubBed bed = new HubBed();

  private HistogramDataPointSnapshot deliveries() {
    return bed.metrics.deliveryLag.collect().getDataPoints().get(0);
  }

  private long count() {
    return deliveries().getCount();
  }

  @Test
  void aBatchIsMeasuredOnceForEachLoopHoweverManyReadersItHas() {
    for (int i = 0; i < 5; i++) {
      bed.opened(bed.home);
      bed.opened(bed.away);
    }

    bed.hubAheadMs = 40;
    bed.publish(3);
    bed.loops.settle();

    assertThat(count()).isEqualTo(2);
    assertThat(deliveries().getSum()).isEqualTo(0.080);
  }

  @Test
  void aClockThatWasSetBackMeasuresNothingBelowZero() {
    bed.opened(bed.home);

    bed.hubAheadMs = -5_000;
    bed.publish();
    bed.loops.settle();

    assertThat(count()).isEqualTo(1);
    assertThat(deliveries().getSum()).isZero();
  }

  @Test
  void whatIsReadFromTheLogOrGoesToNobodyIsNotMeasured() {
    bed.publish(3);
    RecordingSink sink = new RecordingSink();
    bed.open(bed.away, sink, new Start.Rewind(3));
    bed.loops.settle();
    assertThat(sink.data()).hasSize(3);
    sink.capacity = 0;
    bed.publish();
    bed.loops.settle();

    assertThat(count()).isZero();
  }

  @Test
  void theReaderFurthestBehindIsSeenWithinASecondAndNoLongerWhenItHasCaughtUp() {
    RecordingSink live = bed.opened(bed.home);
    RecordingSink near = bed.opened(bed.home);
    RecordingSink far = bed.opened(bed.away);
    far.capacity = 1;
    bed.publish();
    bed.loops.settle();
    near.capacity = 0;
    bed.publish(6);
    bed.loops.advance(1_000);

    assertThat(live.data()).hasSize(7);
    assertThat(near.data()).hasSize(1);
    assertThat(far.data()).hasSize(1);
    assertThat(bed.hub.lagEvents()).isEqualTo(6);

    far.capacity = Integer.MAX_VALUE;
    near.capacity = Integer.MAX_VALUE;
    bed.loops.on(bed.away, far::drain);
    bed.loops.on(bed.home, near::drain);
    bed.loops.advance(1_000);
    assertThat(far.data()).hasSize(7);
    assertThat(bed.hub.lagEvents()).isZero();
  }
}
