package io.sluice.channel.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.channel.BrokerBed;
import io.sluice.channel.BrokerContract;
import io.sluice.channel.BrokerIdsContract;
import io.sluice.channel.FakeLoops;
import io.sluice.channel.History;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.log.Floor;
import io.sluice.metrics.Metrics;
import io.vertx.core.Future;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@NullMarked
final class LocalBrokerTest {

  private static final Broker.Page ALL = new Broker.Page(10_000, 1 << 24);

  private static final long DAY_MS = 86_400_000;

  @Nested
  final class Contract extends BrokerContract {
    @Override
    protected BrokerBed bed(History history) {
      return LocalBrokerTest.bed(history);
    }
  }

  @Nested
  final class IdsContract extends BrokerIdsContract {
    @Override
    protected BrokerBed bed(History history) {
      return LocalBrokerTest.bed(history);
    }
  }

  private static LocalBed bed(History history) {
    return new LocalBed(history, 1 << 26, 1 << 24, 1_000);
  }

  static final class LocalBed implements BrokerBed {
    final FakeLoops loops;
    final LocalBroker broker;

    LocalBed(History history, long historyBytes, long identityBytes, int maxIds) {
      loops = new FakeLoops(historyBytes < 10_000 ? 1 : 2);
      SplittableRandom seeds = new SplittableRandom(42);
      broker =
          new LocalBroker(
              loops.all(),
              new LocalBroker.Settings(
                  channel -> history,
                  new Floor(256 << 10, 2_000),
                  historyBytes,
                  identityBytes,
                  DAY_MS,
                  300_000,
                  maxIds,
                  loops::nowMs),
              seeds::split,
              new Metrics());
      loops.settle();
    }

    @Override
    public LocalBroker broker() {
      return broker;
    }

    @Override
    public <T extends @Nullable Object> T await(Future<T> answer) {
      loops.settle();
      assertThat(answer.isComplete()).as("answered once all is at rest").isTrue();
      if (answer.failed()) {
        throw new AssertionError(answer.cause());
      }
      return answer.result();
    }

    @Override
    public void advance(long ms) {
      loops.advance(ms);
    }

    @Override
    public void forget(String channel) {
      loops.advance(DAY_MS + 2_000);
      assertThat(await(broker.inspect(channel))).isNull();
    }
  }

  private static Position publish(LocalBed bed, String channel, String data) {
    return ((Broker.Published.Stored)
            bed.await(
                bed.broker.publish(
                    channel,
                    new Broker.Publication(
                        new Broker.PublishId("", false),
                        null,
                        null,
                        io.sluice.channel.Event.Kind.TEXT,
                        data.getBytes(java.nio.charset.StandardCharsets.UTF_8)))))
        .position();
  }

  @Test
  void anEmptiedChannelShrinksToItsIdentityAndIsForgottenInTime() {
    LocalBed bed = bed(History.DEFAULT);
    Position head = publish(bed, "room", "data");
    assertThat(bed.broker.historyBytesUsed()).isPositive();

    bed.advance(125_000);
    assertThat(bed.broker.historyBytesUsed()).isZero();
    assertThat(bed.await(bed.broker.inspect("room")))
        .isNotNull()
        .satisfies(info -> assertThat(info.head()).isEqualTo(head));

    bed.advance(DAY_MS);
    assertThat(bed.await(bed.broker.inspect("room"))).isNull();
    assertThat(bed.broker.identityBytesUsed()).isZero();
  }

  @Test
  void theBudgetDropsWhatWouldExpireFirst() {
    LocalBed bed = new LocalBed(History.DEFAULT, 1_000, 1 << 20, 10);
    Position old = publish(bed, "old", "x".repeat(400));
    bed.advance(10);
    publish(bed, "new", "y".repeat(400));
    bed.advance(10);
    publish(bed, "new", "z".repeat(300));

    assertThat(bed.broker.historyBytesUsed()).isLessThanOrEqualTo(1_000);
    assertThat(bed.await(bed.broker.follow("old", new Start.After(old), ALL)).gap()).isNull();
    assertThat(bed.await(bed.broker.inspect("new")))
        .isNotNull()
        .satisfies(info -> assertThat(info.count()).isEqualTo(2));
  }

  @Test
  void theLoadOfOneLoopDoesNotEmptyTheLogsOfAnother() {
    LocalBed bed = new LocalBed(History.DEFAULT, 20_000, 1 << 20, 10);
    String quiet = onLoop(1, 0);
    Position seen = publish(bed, quiet, "seen");
    for (int i = 0; i < 500; i++) {
      publish(bed, onLoop(0, i % 20), "x".repeat(400));
    }
    publish(bed, quiet, "missed");
    bed.loops.settle();

    Broker.Slice slice = bed.await(bed.broker.follow(quiet, new Start.After(seen), ALL));
    assertThat(slice.gap()).isNull();
    assertThat(slice.events().events()).hasSize(1);
    assertThat(bed.broker.historyBytesUsed()).isLessThanOrEqualTo(20_000);
  }

  /** The name of a channel whose home is a loop. */
  private static String onLoop(int loop, int number) {
    int found = -1;
    for (int i = 0; ; i++) {
      String name = "c" + i;
      if (Math.floorMod(io.sluice.channel.Channel.hash(name), 2) == loop && ++found == number) {
        return name;
      }
    }
  }

  @Test
  void aForgottenChannelHoldsNoEvents() {
    LocalBed bed = new LocalBed(History.DEFAULT, 1 << 20, 300, 10);
    for (int i = 0; i < 50; i++) {
      publish(bed, onLoop(0, i), "x".repeat(400));
    }

    assertThat(bed.broker.historyBytesUsed()).isLessThan(3 * 600);
  }

  @Test
  void unbornChannelsAreForgottenFirstThenTheLongestUnused() {
    LocalBed bed = new LocalBed(History.DEFAULT, 1 << 20, 1_000, 10);
    publish(bed, "born", "data");
    for (int i = 0; i < 20; i++) {
      String name = "unborn" + i;
      bed.await(bed.broker.follow(name, new Start.Head(), ALL));
      bed.broker.unfollow(name);
      bed.loops.settle();
    }

    assertThat(bed.broker.identityBytesUsed()).isLessThanOrEqualTo(1_300);
    assertThat(bed.await(bed.broker.inspect("born"))).isNotNull();
  }

  @Test
  void aFollowedChannelIsNeverForgotten() {
    LocalBed bed = new LocalBed(History.DEFAULT, 1 << 20, 300, 10);
    Position head = bed.await(bed.broker.follow("room", new Start.Head(), ALL)).head();
    for (int i = 0; i < 20; i++) {
      publish(bed, "other" + i, "data");
    }
    bed.advance(2 * DAY_MS);

    assertThat(bed.await(bed.broker.follow("room", new Start.After(head), ALL)).gap()).isNull();
  }

  @Test
  void aFullIdStoreRefusesInsteadOfForgetting() {
    LocalBed bed = new LocalBed(History.DEFAULT, 1 << 20, 1 << 20, 2);
    bed.await(bed.broker.publish("room", BrokerBed.text("a", "1")));
    bed.await(bed.broker.publish("room", BrokerBed.text("b", "2")));

    assertThat(bed.await(bed.broker.publish("room", BrokerBed.text("c", "3"))))
        .isEqualTo(new Broker.Published.IdsFull());
    assertThat(bed.await(bed.broker.publish("room", BrokerBed.text("a", "1"))))
        .isInstanceOf(Broker.Published.Stored.class);

    bed.advance(301_000);
    assertThat(bed.await(bed.broker.publish("room", BrokerBed.text("c", "3"))))
        .isInstanceOf(Broker.Published.Stored.class);
  }

  @Test
  void aHistoryOfNothingStillLetsAttachedReadersCatchUp() {
    LocalBed bed = bed(new History(0, 0, 120_000));
    Position start = bed.await(bed.broker.follow("room", new Start.Head(), ALL)).head();
    publish(bed, "room", "data");

    assertThat(bed.await(bed.broker.read("room", start, ALL)).gap()).isNull();
    assertThat(bed.await(bed.broker.follow("room", new Start.Rewind(9), ALL)).events().isEmpty())
        .isTrue();

    bed.advance(5_000);
    assertThat(bed.await(bed.broker.read("room", start, ALL)).gap()).isNotNull();
    assertThat(bed.broker.historyBytesUsed()).isZero();
  }

  @Test
  void restoredIdsAreForgottenInTheOrderOfTheirAges() {
    LocalBed before = new LocalBed(History.DEFAULT, 1 << 26, 1 << 24, 1_000); // two loops
    List<String> channels = IntStream.range(0, 20).mapToObj(i -> "room" + i).toList();
    for (String channel : channels) {
      before.await(before.broker.publish(channel, BrokerBed.text("id", "once")));
      before.advance(10_000);
    }
    SavedState state = before.await(before.broker.save());

    LocalBed after = new LocalBed(History.DEFAULT, 9_999, 1 << 24, 1_000); // one loop
    after.await(after.broker.restore(state));
    for (int left = 20; left > 0; left--) {
      assertThat(after.broker.idsUsed()).isEqualTo(left);
      after.advance(left == 20 ? 300_000 - 200_000 + 5_000 : 10_000);
    }
    assertThat(after.broker.idsUsed()).isZero();
  }

  @Test
  void savedAndRestoredKeepsPositionsIdsAndAges() {
    LocalBed before = bed(History.DEFAULT);
    Position seen = publish(before, "room", "seen");
    publish(before, "room", "missed");
    before.await(before.broker.publish("ids", BrokerBed.text("id", "once")));
    before.advance(60_000);
    SavedState state = before.await(before.broker.save());

    LocalBed after = bed(History.DEFAULT);
    after.await(after.broker.restore(state));

    Broker.Slice slice = after.await(after.broker.follow("room", new Start.After(seen), ALL));
    assertThat(slice.gap()).isNull();
    assertThat(slice.events().events()).hasSize(1);
    assertThat(after.await(after.broker.publish("ids", BrokerBed.text("id", "once"))))
        .isInstanceOfSatisfying(
            Broker.Published.Stored.class, stored -> assertThat(stored.repeated()).isTrue());

    after.advance(61_000);
    assertThat(after.await(after.broker.follow("room", new Start.After(seen), ALL)).gap())
        .isNotNull();
  }
}
