package io.sluice.channel.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Broker;
import io.sluice.channel.History;
import io.sluice.channel.Start;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Each interleaving by name; {@link HubSimulationTest} looks for the ones nobody thought of. */
@NullMarked
final class HubTest {

  private final HubBed bed = new HubBed();

  @Test
  void aLiveReaderGetsEachEventOnceOnEitherLoop() {
    RecordingSink near = bed.opened(bed.home);
    RecordingSink far = bed.opened(bed.away);

    bed.publish(3);
    bed.loops.settle();

    assertThat(near.data()).containsExactly("e0", "e1", "e2");
    assertThat(far.data()).containsExactly("e0", "e1", "e2");
  }

  @Test
  void everythingDueInATurnIsEncodedOnceAndFlushedOnce() {
    RecordingSink.TextFormat format = new RecordingSink.TextFormat();
    RecordingSink one = new RecordingSink(format);
    RecordingSink two = new RecordingSink(format);
    bed.open(bed.home, one, new Start.Head());
    bed.open(bed.home, two, new Start.Head());
    bed.loops.settle();
    int flushesBefore = one.flushes;

    bed.publish(4);
    bed.loops.settle();

    assertThat(one.data()).hasSize(4);
    assertThat(two.data()).hasSize(4);
    assertThat(format.encoded).isEqualTo(1);
    assertThat(one.flushes - flushesBefore).isEqualTo(1);
  }

  @Test
  void publishBetweenOpenAndFollowIsNotMissed() {
    RecordingSink sink = new RecordingSink();
    bed.open(bed.away, sink, new Start.Head());
    bed.publish();
    bed.loops.settle();
    bed.publish();
    bed.loops.settle();

    assertThat(sink.data()).endsWith("e1").doesNotHaveDuplicates();
  }

  @Test
  void publishWhileTheAnswerToFollowIsOnItsWayIsNotMissedOrRepeated() {
    bed.broker.holdFollows = true;
    RecordingSink sink = new RecordingSink();
    bed.open(bed.away, sink, new Start.Head());
    bed.loops.settle();

    bed.publish(3);
    bed.loops.settle();
    assertThat(sink.started()).isFalse();
    bed.loops.on(bed.home, bed.broker::releaseOne);
    bed.loops.settle();

    assertThat(sink.data()).containsExactly("e0", "e1", "e2");
  }

  @Test
  void anAnswerThatIsAheadOfWhatArrivesLaterRepeatsNothing() {
    RecordingSink first = bed.opened(bed.away);
    bed.publish(2);
    // The batches wait on the away loop while a new reader's answer, asked later, has them already.
    RecordingSink second = new RecordingSink();
    bed.open(bed.away, second, new Start.Rewind(10));
    bed.loops.settle();
    bed.publish();
    bed.loops.settle();

    assertThat(first.data()).containsExactly("e0", "e1", "e2");
    assertThat(second.data()).containsExactly("e0", "e1", "e2");
  }

  @Test
  void batchesJoinedAtTheEndOfATurnAreOvertakenByAPage() {
    bed.broker.holdReads = true;
    RecordingSink sink = new RecordingSink();
    sink.capacity = 1;
    bed.open(bed.away, sink, new Start.Head());
    bed.loops.settle();
    bed.publish(2);
    bed.loops.advance(HubSettings.KEEP_MS * 3);
    bed.publish(6);
    bed.loops.advance(HubSettings.KEEP_MS * 3);

    // It stands after the first two; what came meanwhile is no longer at hand: it reads a page.
    bed.loops.on(bed.away, sink::drain);
    bed.loops.settle();
    assertThat(bed.broker.reads).isEqualTo(1);
    bed.publish(3);
    while (bed.loops.step(bed.home)) {
      // the new batches are handed to the away loop, whose turn has not come
    }
    sink.capacity = Integer.MAX_VALUE;
    bed.loops.on(bed.home, bed.broker::releaseOne);
    bed.broker.holdReads = false;
    bed.loops.settle();

    assertThat(sink.data())
        .containsExactly("e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9", "e10");
  }

  @Test
  void aReaderClosedWhileItsPageIsReadHearsNothingMore() {
    bed.publish(10);
    bed.broker.holdReads = true;
    RecordingSink sink = new RecordingSink();
    Reader reader = bed.open(bed.away, sink, new Start.Rewind(10));
    bed.loops.settle();
    int seen = sink.seen.size();
    assertThat(bed.broker.held).hasSize(1);

    bed.loops.on(bed.away, reader::close);
    bed.loops.on(bed.home, bed.broker::releaseOne);
    bed.loops.settle();

    assertThat(sink.seen).hasSize(seen);
    assertThat(bed.hub.readers(HubBed.ROOM)).isZero();
  }

  @Test
  void aReaderClosedBeforeItsStartLeavesNothingFollowed() {
    RecordingSink sink = new RecordingSink();
    bed.loops.on(
        bed.away,
        () -> bed.hub.open(bed.loops.loop(bed.away), HubBed.ROOM, new Start.Head(), sink).close());
    bed.loops.settle();

    assertThat(sink.seen).isEmpty();
    assertThat(bed.hub.readers(HubBed.ROOM)).isZero();
    assertThat(bed.local.inspect(HubBed.ROOM).result()).isNull();
  }

  @Test
  void aReaderThatComesWhileTheLastOneLeavesIsFollowed() {
    RecordingSink leaving = bed.opened(bed.away);
    RecordingSink coming = new RecordingSink();
    bed.loops.on(bed.away, () -> reader(leaving).close());
    bed.open(bed.home, coming, new Start.Head());
    bed.loops.settle();
    assertThat(followed()).isTrue();

    RecordingSink back = new RecordingSink();
    bed.loops.on(bed.home, () -> reader(coming).close());
    bed.open(bed.away, back, new Start.Head());
    bed.loops.settle();
    bed.publish();
    bed.loops.settle();

    assertThat(followed()).isTrue();
    assertThat(back.data()).containsExactly("e0");
    assertThat(coming.data()).isEmpty();
  }

  @Test
  void theLastReaderThatLeavesEndsTheFollowing() {
    RecordingSink near = bed.opened(bed.home);
    RecordingSink far = bed.opened(bed.away);
    assertThat(bed.hub.readers(HubBed.ROOM)).isEqualTo(2);

    bed.loops.on(bed.home, () -> reader(near).close());
    bed.loops.settle();
    assertThat(followed()).isTrue();
    bed.loops.on(bed.away, () -> reader(far).close());
    bed.loops.settle();

    assertThat(followed()).isFalse();
  }

  @Test
  void leavingAndComingAtOnceKeepsFollowing() {
    RecordingSink first = bed.opened(bed.away);
    RecordingSink second = new RecordingSink();
    bed.loops.on(
        bed.away,
        () -> {
          reader(first).close();
          bed.hub.open(bed.loops.loop(bed.away), HubBed.ROOM, new Start.Head(), second);
        });
    bed.loops.settle();
    bed.publish();
    bed.loops.settle();

    assertThat(followed()).isTrue();
    assertThat(second.data()).containsExactly("e0");
  }

  private boolean followed() {
    Broker.Info[] info = new Broker.Info[1];
    bed.local.inspect(HubBed.ROOM).onSuccess(i -> info[0] = i);
    bed.loops.settle();
    return info[0].followed();
  }

  private static Reader reader(RecordingSink sink) {
    assertThat(sink.reader).isNotNull();
    return sink.reader;
  }

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
      bed.loops.on(bed.away, () -> reader(sink).resume());
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
                    io.sluice.channel.Event.Kind.TEXT,
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

  private static Broker.Publication large() {
    return new Broker.Publication(
        new Broker.PublishId("", false),
        null,
        null,
        io.sluice.channel.Event.Kind.TEXT,
        "x".repeat(50_000).getBytes(java.nio.charset.StandardCharsets.UTF_8));
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
