package io.sluice.channel.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.History;
import io.sluice.channel.Start;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Readers that stop or are behind: where they go on, what they hold, and who waits for them. */
@NullMarked
final class BehindReadersTest {

  private final HubBed bed = new HubBed();

  @Test
  @Proves("BEAT-4")
  void aReaderThatStopsHoldsItsPositionAndGoesOnWithoutLossOrRepeat() {
    RecordingSink sink = new RecordingSink();
    sink.capacity = 1;
    bed.open(bed.away, sink, new Start.Head());
    bed.loops.settle();

    for (int i = 0; i < 50; i++) {
      bed.publish();
      bed.loops.settle();
    }
    assertThat(sink.data()).containsExactly("e0");
    assertThat(sink.unsent).hasSize(1);

    for (int i = 0; i < 60; i++) {
      bed.loops.on(bed.away, sink::drain);
      bed.loops.settle();
    }
    assertThat(sink.data()).hasSize(50).endsWith("e49");
    bed.loops.on(bed.away, sink::drain);
  }

  @Test
  void publishThatRacesWithExpiryIsAGapOnlyForWhatWasMissed() {
    HubBed shortLived =
        new HubBed(
            new History(1000, 1 << 20, 1_000),
            HubSettings.of(new Broker.Page(4, 1 << 20), 1 << 20, 1 << 20, 2));
    RecordingSink sink = new RecordingSink();
    sink.capacity = 1;
    shortLived.open(shortLived.away, sink, new Start.Head());
    shortLived.loops.settle();
    shortLived.publish(3);
    shortLived.loops.settle();
    shortLived.publish(2);
    shortLived.loops.advance(10_000);
    String fresh = shortLived.publish();
    shortLived.loops.settle();

    sink.capacity = Integer.MAX_VALUE;
    shortLived.loops.on(shortLived.away, sink::drain);
    shortLived.loops.settle();

    assertThat(sink.seen).containsSubsequence("e0", "e1", "e2", "gap:expired", fresh);
    assertThat(sink.data()).doesNotContain("e3", "e4");
  }

  @Test
  void aReaderBehindADeleteIsToldAndGoesOn() {
    RecordingSink sink = new RecordingSink();
    sink.capacity = 1;
    bed.open(bed.away, sink, new Start.Head());
    bed.loops.settle();
    bed.publish();
    bed.loops.settle();
    bed.publish();
    bed.loops.advance(HubSettings.KEEP_MS * 3);
    bed.loops.on(bed.home, () -> bed.local.delete(HubBed.ROOM));
    bed.loops.settle();
    bed.publish();
    bed.loops.settle();

    sink.capacity = Integer.MAX_VALUE;
    bed.loops.on(bed.away, sink::drain);
    bed.loops.settle();

    assertThat(sink.seen.stream().filter(s -> !s.equals("head")))
        .containsExactly("e0", "gap:deleted", "e2");
  }

  @Test
  void aSinkThatTakesPartOfAPageGoesOnInTheMiddle() {
    bed.publish(6);
    RecordingSink sink = new RecordingSink();
    sink.takesAtMost = 1;
    bed.open(bed.away, sink, new Start.Rewind(6));
    bed.loops.settle();
    for (int i = 0; i < 6; i++) {
      bed.loops.on(bed.away, () -> resume(sink));
      bed.loops.settle();
    }

    assertThat(sink.data()).containsExactly("e0", "e1", "e2", "e3", "e4", "e5");
  }

  @Test
  void liveReadersOfOtherChannelsDoNotWaitBehindAStallThatWasReleased() {
    List<RecordingSink> stopped = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      RecordingSink sink = new RecordingSink();
      sink.capacity = 1;
      bed.open(bed.away, sink, new Start.Head());
      stopped.add(sink);
    }
    RecordingSink other = new RecordingSink();
    bed.loops.on(
        bed.away, () -> bed.hub.open(bed.loops.loop(bed.away), "other", new Start.Head(), other));
    bed.loops.settle();
    bed.publish(1);
    bed.loops.settle();
    bed.publish(40);
    bed.loops.settle();

    for (RecordingSink sink : stopped) {
      sink.capacity = Integer.MAX_VALUE;
      bed.loops.on(bed.away, sink::drain);
    }
    // A few turns into the catching up, with most of it still to be done, something arrives.
    bed.loops.step(bed.away);
    bed.loops.on(
        bed.away,
        () ->
            bed.local.publish(
                "other",
                new Broker.Publication(
                    new Broker.PublishId("", false),
                    null,
                    null,
                    Event.Kind.TEXT,
                    new byte[] {'x'})));
    bed.loops.step(bed.home);
    bed.loops.step(bed.home);
    bed.loops.step(bed.away);
    bed.loops.step(bed.away);

    assertThat(other.data()).containsExactly("x");
    assertThat(stopped.stream().filter(s -> s.data().size() < 41).count()).isGreaterThan(100);
    bed.loops.settle();
    assertThat(stopped).allSatisfy(s -> assertThat(s.data()).hasSize(41));
  }

  @Test
  void allReadersReleasedAtOnceShareThePagesTheyRead() {
    RecordingSink.TextFormat format = new RecordingSink.TextFormat();
    List<RecordingSink> stopped = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      RecordingSink sink = new RecordingSink(format);
      sink.capacity = 1;
      bed.open(i % 2, sink, new Start.Head());
      stopped.add(sink);
    }
    bed.loops.settle();
    bed.publish(1);
    bed.loops.settle();
    bed.publish(400);
    bed.loops.advance(HubSettings.KEEP_MS * 3);
    format.encoded = 0;

    for (int i = 0; i < stopped.size(); i++) {
      RecordingSink sink = stopped.get(i);
      sink.capacity = Integer.MAX_VALUE;
      bed.loops.on(i % 2, sink::drain);
    }
    bed.loops.settle();

    assertThat(stopped).allSatisfy(s -> assertThat(s.data()).hasSize(401));
    // 400 events in pages of 4 for each of two loops, however many readers.
    assertThat(bed.broker.reads).isLessThanOrEqualTo(2 * 100 + 2);
    assertThat(format.encoded).isLessThanOrEqualTo(2 * 100 + 2);
  }

  @Test
  void stoppedReadersHoldNoMoreThanThePageBudget() {
    Hub.Settings settings = HubSettings.of(new Broker.Page(4, 64), 2_000, 1 << 20, 2);
    HubBed tight = new HubBed(History.DEFAULT, settings);
    tight.publish(500);
    List<RecordingSink> stopped = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      RecordingSink sink = new RecordingSink();
      sink.capacity = 1;
      tight.open(tight.away, sink, new Start.Rewind(i));
      stopped.add(sink);
      tight.loops.advance(5);
    }
    tight.loops.advance(HubSettings.KEEP_MS * 2);

    assertThat(tight.hub.pageBudget().used()).isLessThanOrEqualTo(2_000 + 500 + 64);

    for (RecordingSink sink : stopped) {
      sink.capacity = Integer.MAX_VALUE;
      tight.loops.on(tight.away, sink::drain);
    }
    tight.loops.advance(60_000);
    for (int i = 0; i < stopped.size(); i++) {
      assertThat(stopped.get(i).data()).hasSize(i);
    }
    assertThat(tight.hub.pageBudget().used()).isZero();
  }

  @Test
  void largeLiveEventsOfClientsThatDoNotReadCountToo() {
    Hub.Settings settings = HubSettings.of(new Broker.Page(4, 1 << 20), 200_000, 1 << 20, 2);
    HubBed tight = new HubBed(History.DEFAULT, settings);
    List<RecordingSink> stopped = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      RecordingSink sink = new RecordingSink();
      sink.capacity = 1;
      String channel = "own" + i;
      tight.loops.on(
          tight.away,
          () -> tight.hub.open(tight.loops.loop(tight.away), channel, new Start.Head(), sink));
      stopped.add(sink);
    }
    tight.loops.settle();
    for (int i = 0; i < 100; i++) {
      tight.local.publish("own" + i, large());
      tight.loops.settle();
    }
    tight.loops.advance(HubSettings.KEEP_MS * 2);

    assertThat(tight.hub.pageBudget().used()).isLessThanOrEqualTo(200_000 + 50_000 + 50_000);

    for (RecordingSink sink : stopped) {
      sink.capacity = Integer.MAX_VALUE;
      tight.loops.on(tight.away, sink::drain);
      tight.loops.advance(100);
    }
    tight.loops.advance(60_000);
    assertThat(stopped).allSatisfy(sink -> assertThat(sink.data()).hasSize(1));
    assertThat(tight.hub.pageBudget().used()).isZero();
  }

  private static void resume(RecordingSink sink) {
    assertThat(sink.reader).isNotNull();
    sink.reader.resume();
  }

  private static Broker.Publication large() {
    return new Broker.Publication(
        new Broker.PublishId("", false),
        null,
        null,
        Event.Kind.TEXT,
        "x".repeat(50_000).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aReaderWhoseSinkKeepsNothingIsServedWhileOthersHoldTheWholeBudget() {
    Hub.Settings settings = HubSettings.of(new Broker.Page(4, 64), 100, 1 << 20, 2);
    HubBed tight = new HubBed(History.DEFAULT, settings);
    tight.publish(400);
    for (int i = 0; i < 60; i++) {
      RecordingSink sink = new RecordingSink();
      sink.capacity = 1;
      tight.open(tight.away, sink, new Start.Rewind(10 + i * 5));
      tight.loops.advance(5);
    }
    RecordingSink copies =
        new RecordingSink() {
          @Override
          public boolean keepsBytes() {
            return false;
          }
        };
    tight.open(tight.away, copies, new Start.Rewind(400));
    tight.loops.settle();

    assertThat(copies.data()).hasSize(400);
  }

  @Test
  void anIdleChannelHoldsNoBytes() {
    RecordingSink sink = bed.opened(bed.home);
    bed.publish(5);
    bed.loops.advance(HubSettings.KEEP_MS * 3);

    assertThat(sink.data()).hasSize(5);
    assertThat(sink.reader).isNotNull();
    assertThat(sink.reader.loopChannel().hub().recent().bytes()).isZero();
  }
}
