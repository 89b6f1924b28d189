package io.sluice.channel.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Event;
import io.sluice.channel.Start;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** A hot channel does not keep the others of its loop waiting for all of its readers. */
@NullMarked
final class FairnessTest {

  private static final int HOT_READERS = 7 * HubSettings.FEW_FRAMES;

  private final HubBed bed = new HubBed();
  private final List<RecordingSink> hot = new ArrayList<>();

  /** Has the hot channel's home loop. */
  private final String quiet =
      IntStream.iterate(0, i -> i + 1)
          .mapToObj(i -> "quiet" + i)
          .filter(name -> Math.floorMod(Channel.hash(name), 2) == bed.home)
          .findFirst()
          .orElseThrow();

  @Test
  void aLoopWritesABoundedNumberOfFramesOfOneChannelBeforeItTurnsToTheNext() {
    openHot();
    RecordingSink other = openQuiet();
    bed.publish();
    publishQuiet();

    stepUntilDelivered(other);

    assertThat(served()).isEqualTo(HubSettings.FEW_FRAMES);
    bed.loops.settle();
    assertThat(served()).isEqualTo(HOT_READERS);
  }

  @Test
  void whatComesForAnotherChannelMeanwhileDoesNotWaitForTheRest() {
    openHot();
    RecordingSink other = openQuiet();
    bed.publish();
    while (served() == 0) {
      bed.loops.step(bed.home);
    }
    publishQuiet();

    stepUntilDelivered(other);

    assertThat(served()).isBetween(HubSettings.FEW_FRAMES, 2 * HubSettings.FEW_FRAMES);
  }

  @Test
  void thoseWhoComeAndGoBetweenTwoTurnsLoseAndRepeatNothing() {
    openHot();
    bed.publish();
    while (served() == 0) {
      bed.loops.step(bed.home);
    }
    List<RecordingSink> left = List.of(hot.get(0), hot.get(HOT_READERS / 2));
    left.forEach(sink -> bed.loops.on(bed.home, () -> Objects.requireNonNull(sink.reader).close()));
    bed.publish(2);
    RecordingSink late = new RecordingSink();
    bed.open(bed.home, late, new Start.Rewind(3));
    bed.loops.settle();

    assertThat(late.data()).containsExactly("e0", "e1", "e2");
    hot.removeAll(left);
    assertThat(hot).allSatisfy(sink -> assertThat(sink.data()).containsExactly("e0", "e1", "e2"));
    assertThat(left).allSatisfy(sink -> assertThat(sink.data()).isEmpty());
  }

  private void openHot() {
    for (int i = 0; i < HOT_READERS; i++) {
      hot.add(bed.opened(bed.home));
    }
  }

  private RecordingSink openQuiet() {
    RecordingSink sink = new RecordingSink();
    bed.loops.on(
        bed.home, () -> bed.hub.open(bed.loops.loop(bed.home), quiet, new Start.Head(), sink));
    bed.loops.settle();
    return sink;
  }

  private void publishQuiet() {
    bed.loops.on(
        bed.home,
        () ->
            bed.local.publish(
                quiet,
                new Broker.Publication(
                    new Broker.PublishId("", false),
                    null,
                    null,
                    Event.Kind.TEXT,
                    "q".getBytes(StandardCharsets.UTF_8))));
  }

  private void stepUntilDelivered(RecordingSink sink) {
    while (sink.data().isEmpty()) {
      boolean ran = bed.loops.step(bed.home);
      assertThat(bed.loops.step(bed.away) || ran).isTrue();
    }
  }

  private int served() {
    return (int) hot.stream().filter(sink -> !sink.data().isEmpty()).count();
  }
}
