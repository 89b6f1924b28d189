package io.sluice.channel.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Start;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Loops that do not keep step go together through what comes for a channel with many readers. */
@NullMarked
final class RoundsTest {

  private final HubBed bed = new HubBed();
  private final List<RecordingSink> here = new ArrayList<>();
  private final List<RecordingSink> there = new ArrayList<>();

  private void open(int each) {
    for (int i = 0; i < each; i++) {
      here.add(bed.opened(bed.home));
      there.add(bed.opened(bed.away));
    }
  }

  private static int writes(List<RecordingSink> sinks) {
    return sinks.stream().mapToInt(sink -> sink.flushes).sum();
  }

  private static void run(HubBed bed, int loop) {
    while (bed.loops.step(loop)) {}
  }

  private static void assertAll(List<RecordingSink> sinks, String... data) {
    assertThat(sinks).allSatisfy(sink -> assertThat(sink.data()).containsExactly(data));
  }

  @Test
  void whatComesWhileALoopIsNotDoneGoesTogetherToAllReaders() {
    open(HubSettings.FEW_READERS);
    int before = writes(here) + writes(there);
    bed.publish();
    run(bed, bed.home);
    assertAll(here, "e0");
    for (int i = 0; i < 3; i++) {
      bed.publish();
      run(bed, bed.home);
    }
    assertAll(here, "e0");

    bed.loops.settle();

    assertAll(here, "e0", "e1", "e2", "e3");
    assertAll(there, "e0", "e1", "e2", "e3");
    assertThat(writes(here) + writes(there) - before)
        .as("two writes for each reader")
        .isEqualTo(2 * (here.size() + there.size()));
  }

  @Test
  void noLoopWaitsLongForASlowOne() {
    open(HubSettings.FEW_READERS);
    bed.publish();
    run(bed, bed.home);
    bed.publish();
    run(bed, bed.home);
    assertAll(here, "e0");

    bed.loops.advanceAlone(bed.home, Rounds.LONGEST_MS);

    assertAll(here, "e0", "e1");
    assertAll(there);
    bed.loops.settle();
    assertAll(there, "e0", "e1");
  }

  @Test
  void aChannelWithFewReadersWaitsForNobody() {
    open(1);
    bed.publish();
    run(bed, bed.home);
    bed.publish();
    run(bed, bed.home);

    assertAll(here, "e0", "e1");
  }

  @Test
  void whoComesAfterAllHaveLeftInTheMidstOfARoundMissesNothing() {
    open(HubSettings.FEW_READERS);
    bed.publish();
    run(bed, bed.home);
    bed.publish();
    run(bed, bed.home);
    for (RecordingSink sink : here) {
      bed.loops.on(bed.home, () -> Objects.requireNonNull(sink.reader).close());
    }
    for (RecordingSink sink : there) {
      bed.loops.on(bed.away, () -> Objects.requireNonNull(sink.reader).close());
    }
    List<RecordingSink> late = new ArrayList<>();
    for (int i = 0; i < HubSettings.FEW_READERS; i++) {
      RecordingSink sink = new RecordingSink();
      bed.open(bed.away, sink, new Start.Rewind(1));
      late.add(sink);
    }
    bed.publish();
    bed.loops.advance(2 * Rounds.LONGEST_MS);
    bed.publish();
    bed.loops.settle();

    assertThat(late).allSatisfy(sink -> assertThat(sink.data()).endsWith("e2", "e3"));
    assertThat(late).allSatisfy(sink -> assertThat(sink.gap).isNull());
  }
}
