package io.sluice.channel.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.channel.Start;
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
}
