package io.sluice.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Broker.Page;
import io.sluice.channel.Broker.Published;
import io.sluice.channel.Broker.Slice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every broker does. Each implementation runs this suite. */
@NullMarked
public abstract class BrokerContract {

  protected static final Page ALL = new Page(10_000, 1 << 24);
  private static final String ROOM = "room";

  /** A new broker whose channels keep this history; ids are kept 5 min, identities 24 h. */
  protected abstract BrokerBed bed(History history);

  private BrokerBed bed = bed(History.DEFAULT);

  @BeforeEach
  void fresh() {
    bed = bed(new History(5, 1 << 20, 120_000));
  }

  private int made;

  private Position publish(String data) {
    Published published =
        bed.await(bed.broker().publish(ROOM, BrokerBed.text("made-" + made++, data)));
    return ((Published.Stored) published).position();
  }

  private Position publish(int count) {
    Position last = Position.start(0);
    for (int i = 0; i < count; i++) {
      last = publish("event " + i);
    }
    return last;
  }

  private Slice follow(Start start) {
    return bed.await(bed.broker().follow(ROOM, start, ALL));
  }

  private Slice after(Position position) {
    return follow(new Start.After(position));
  }

  private static List<String> data(Slice slice) {
    return slice.events().events().stream()
        .map(event -> new String(event.data(), StandardCharsets.UTF_8))
        .toList();
  }

  private static Gap.Reason reason(Slice slice) {
    assertThat(slice.gap()).as("a gap").isNotNull();
    Gap gap = slice.gap();
    assertThat(slice.events().follows()).isEqualTo(gap.goOn());
    return gap.reason();
  }

  private static void assertNoGap(Slice slice) {
    assertThat(slice.gap()).isNull();
  }

  // Order and positions

  @Test
  void offsetsOfAnEpochAreDenseFromOne() {
    Position first = publish("a");
    Position second = publish("b");

    assertThat(first.offset()).isEqualTo(1);
    assertThat(second.offset()).isEqualTo(2);
    assertThat(second.epoch()).isEqualTo(first.epoch());
  }

  @Test
  void eachLifeOfALogHasItsOwnEpoch() {
    assertThat(bed.await(bed.broker().publish("other", BrokerBed.text("x", "a"))))
        .isInstanceOfSatisfying(
            Published.Stored.class,
            other -> assertThat(other.position().epoch()).isNotEqualTo(publish("a").epoch()));
  }

  // Where a reader starts

  @Test
  void theHeadOfAnEmptyLogIsItsStart() {
    Slice slice = follow(new Start.Head());

    assertNoGap(slice);
    assertThat(slice.events().isEmpty()).isTrue();
    assertThat(slice.head()).isEqualTo(slice.events().follows());
    assertThat(slice.head().offset()).isZero();
  }

  @Test
  @Proves("STA-4")
  void someMissedAreReadInOrder() {
    Position seen = publish("a");
    publish("b");
    publish("c");

    Slice slice = after(seen);

    assertNoGap(slice);
    assertThat(data(slice)).containsExactly("b", "c");
  }

  @Test
  @Proves("GAP-1")
  void exactlyAtTheHeadThereIsNothingAndNoGap() {
    Position seen = publish(3);

    Slice slice = after(seen);

    assertNoGap(slice);
    assertThat(slice.events().isEmpty()).isTrue();
    assertThat(slice.head()).isEqualTo(seen);
  }

  @Test
  @Proves("GAP-1")
  void theHeadAfterTenIdleMinutesIsNoGap() {
    Position seen = publish(3);
    bed.advance(600_000);

    assertNoGap(after(seen));
  }

  @Test
  @Proves({"GAP-2", "GAP-3"})
  void whatTheCountPushedOutIsTrimmed() {
    Position seen = publish("seen");
    publish(7);

    Slice slice = after(seen);

    assertThat(reason(slice)).isEqualTo(Gap.Reason.TRIMMED);
    assertThat(data(slice)).containsExactly("event 2", "event 3", "event 4", "event 5", "event 6");
  }

  @Test
  @Proves("GAP-1")
  void justBeforeTheOldestShownIsNoGap() {
    Position seen = publish("seen");
    publish(5);

    Slice slice = after(seen);

    assertNoGap(slice);
    assertThat(data(slice)).hasSize(5);
  }

  @Test
  @Proves("GAP-2")
  void whatTheBytesPushedOutIsTrimmed() {
    bed = bed(new History(100, 10, 120_000));
    Position seen = publish("seen");
    publish("123456");
    publish("1234567");

    Slice slice = after(seen);

    assertThat(reason(slice)).isEqualTo(Gap.Reason.TRIMMED);
    assertThat(data(slice)).containsExactly("1234567");
  }

  @Test
  @Proves({"GAP-2", "GAP-3"})
  void whatIsTooOldIsExpired() {
    Position seen = publish("seen");
    publish("old");
    bed.advance(121_000);
    publish("new");

    Slice slice = after(seen);

    assertThat(reason(slice)).isEqualTo(Gap.Reason.EXPIRED);
    assertThat(data(slice)).containsExactly("new");
  }

  @Test
  void aLogEmptiedByAgeTellsExpiredAndGoesOnAtTheHead() {
    Position seen = publish("seen");
    Position head = publish("old");
    bed.advance(300_000);

    Slice slice = after(seen);

    assertThat(reason(slice)).isEqualTo(Gap.Reason.EXPIRED);
    assertThat(slice.events().follows()).isEqualTo(head);
  }

  @Test
  @Proves({"GAP-2", "GAP-3"})
  void beyondTheHeadIsUnknown() {
    Position head = publish(2);

    Slice slice = after(new Position(head.epoch(), 9, head.stamp()));

    assertThat(reason(slice)).isEqualTo(Gap.Reason.UNKNOWN);
    assertThat(slice.events().follows()).isEqualTo(head);
    assertThat(slice.events().isEmpty()).isTrue();
  }

  @Test
  @Proves({"GAP-2", "GAP-3"})
  void anotherEpochGoesOnBeforeTheOldestShown() {
    Position head = publish(3);

    Slice slice = after(new Position(~head.epoch(), 1, 7));

    assertThat(reason(slice)).isEqualTo(Gap.Reason.EPOCH);
    assertThat(data(slice)).containsExactly("event 0", "event 1", "event 2");
  }

  @Test
  void aWrongStampAtThePositionIsUnknown() {
    Position seen = publish("seen");
    publish("b");

    Slice slice = after(new Position(seen.epoch(), seen.offset(), ~seen.stamp()));

    assertThat(reason(slice)).isEqualTo(Gap.Reason.UNKNOWN);
  }

  @Test
  void aWrongStampAtAnEmptiedHeadIsUnknown() {
    Position head = publish(2);
    bed.advance(300_000);

    assertNoGap(after(head));
    assertThat(reason(after(new Position(head.epoch(), head.offset(), ~head.stamp()))))
        .isEqualTo(Gap.Reason.UNKNOWN);
  }

  @Test
  void aWrongStampAtTheLastDroppedEventIsUnknown() {
    Position dropped = publish("dropped");
    bed.advance(100_000);
    publish("kept");
    bed.advance(30_000);

    assertNoGap(after(dropped));
    assertThat(reason(after(new Position(dropped.epoch(), dropped.offset(), ~dropped.stamp()))))
        .isEqualTo(Gap.Reason.UNKNOWN);
  }

  @Test
  void anUnbornChannelThenBornLosesNothing() {
    Position unborn = follow(new Start.Head()).head();
    publish("first");

    Slice slice = after(unborn);

    assertNoGap(slice);
    assertThat(data(slice)).containsExactly("first");
  }

  @Test
  void forgottenAndBornAgainIsAnotherEpoch() {
    Position seen = publish("old life");
    bed.forget(ROOM);
    publish("new life");

    Slice slice = after(seen);

    assertThat(reason(slice)).isEqualTo(Gap.Reason.EPOCH);
    assertThat(data(slice)).containsExactly("new life");
  }

  @Test
  void aMissingRecordIsAGap() {
    Position seen = publish("old life");
    bed.forget(ROOM);

    assertThat(reason(after(seen))).isEqualTo(Gap.Reason.EPOCH);
  }

  @Test
  @Proves({"PUB-12", "GAP-2"})
  void readersBehindADeleteAreToldDeleted() {
    Position seen = publish("seen");
    Position head = publish("missed");

    assertThat(bed.await(bed.broker().delete(ROOM))).isEqualTo(head);

    Slice slice = after(seen);
    assertThat(reason(slice)).isEqualTo(Gap.Reason.DELETED);
    assertThat(slice.events().follows()).isEqualTo(head);
    assertNoGap(after(head));
  }

  @Test
  void whatComesAfterADeleteIsReadAfterTheGap() {
    Position seen = publish("seen");
    publish("missed");
    bed.await(bed.broker().delete(ROOM));
    publish("new");

    Slice slice = after(seen);

    assertThat(reason(slice)).isEqualTo(Gap.Reason.DELETED);
    assertThat(data(slice)).containsExactly("new");
  }

  @Test
  @Proves("STA-3")
  void rewindGivesTheLastEvents() {
    publish(4);

    Slice slice = follow(new Start.Rewind(2));

    assertNoGap(slice);
    assertThat(data(slice)).containsExactly("event 2", "event 3");
  }

  @Test
  @Proves("STA-3")
  void rewindLargerThanTheHistoryIsNoGap() {
    publish(8);

    Slice slice = follow(new Start.Rewind(1_000_000_000_000L));

    assertNoGap(slice);
    assertThat(data(slice)).hasSize(5);
  }

  @Test
  void rewindOnAnEmptyLogIsItsHead() {
    Slice slice = follow(new Start.Rewind(3));

    assertNoGap(slice);
    assertThat(slice.events().isEmpty()).isTrue();
  }

  @Test
  void anUnusableCursorIsUnknownAndGoesOnAtTheHead() {
    Position head = publish(3);

    Slice slice = follow(new Start.Unusable());

    assertThat(reason(slice)).isEqualTo(Gap.Reason.UNKNOWN);
    assertThat(slice.events().follows()).isEqualTo(head);
  }

  // Pages

  @Test
  void pagesGoOnWhereTheLastOneEnded() {
    Position start = follow(new Start.Head()).head();
    publish(5);
    List<String> all = new ArrayList<>();

    Position at = start;
    for (int pages = 0; pages < 5; pages++) {
      Slice slice = bed.await(bed.broker().read(ROOM, at, new Page(2, 1 << 20)));
      assertNoGap(slice);
      all.addAll(data(slice));
      at = slice.events().last();
    }

    assertThat(all).containsExactly("event 0", "event 1", "event 2", "event 3", "event 4");
  }

  @Test
  void aPageHasAtLeastOneEventHoweverLarge() {
    Position start = follow(new Start.Head()).head();
    publish("much longer than the page allows");

    assertThat(data(bed.await(bed.broker().read(ROOM, start, new Page(10, 4))))).hasSize(1);
  }

  // The floor

  @Test
  void anAttachedReaderIsShownWhatTheHistoryHasJustDropped() {
    Position seen = follow(new Start.Head()).head();
    publish(8);

    Slice attached = bed.await(bed.broker().read(ROOM, seen, ALL));

    assertNoGap(attached);
    assertThat(data(attached)).hasSize(8);
    assertThat(reason(after(seen))).isEqualTo(Gap.Reason.TRIMMED);
  }

  // What arrives

  @Test
  void whatIsPublishedAfterFollowReachesTheListener() {
    List<Batch> arrived = new ArrayList<>();
    bed.broker().listener(into(arrived));
    Position start = follow(new Start.Head()).head();

    publish("a");
    bed.advance(0);

    assertThat(arrived).hasSize(1);
    assertThat(arrived.get(0).follows()).isEqualTo(start);
    assertThat(arrived.get(0).events()).extracting(Event::offset).containsExactly(1L);
  }

  @Test
  void nothingReachesTheListenerBeforeFollow() {
    List<Batch> arrived = new ArrayList<>();
    bed.broker().listener(into(arrived));

    publish("a");
    bed.advance(0);

    assertThat(arrived).isEmpty();
  }

  /** Takes batches; a broker that serves has nothing else to tell. */
  private static Broker.Listener into(List<Batch> arrived) {
    return new Broker.Listener() {
      @Override
      public void onBatch(Batch batch) {
        arrived.add(batch);
      }

      @Override
      public void onUnavailable(String channel, Broker.Unavailable failure) {
        throw failure;
      }

      @Override
      public void onReset(String channel) {
        throw new AssertionError("reset: " + channel);
      }

      @Override
      public int readers(String channel) {
        return 0;
      }
    };
  }
}
