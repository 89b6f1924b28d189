package io.sluice.channel.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.channel.Channel;
import io.sluice.channel.Event;
import io.sluice.channel.History;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.local.LocalBrokerTest.LocalBed;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What the logs really hold on the heap, and whose load drops whose events. */
@NullMarked
final class HeldMemoryTest {

  private static final Broker.Page ALL = new Broker.Page(10_000, 1 << 24);
  private static final int MIB = 1 << 20;
  private static final int GC_TRIES = 50;

  private static WeakReference<byte[]> publish(LocalBed bed, String channel, int bytes) {
    byte[] data = new byte[bytes];
    publish(bed, channel, "", data);
    return new WeakReference<>(data);
  }

  private static Position publish(LocalBed bed, String channel, String id, byte[] data) {
    var publication =
        new Broker.Publication(
            new Broker.PublishId(id, !id.isEmpty()), null, null, Event.Kind.BINARY, data);
    return ((Broker.Published.Stored) bed.await(bed.broker.publish(channel, publication)))
        .position();
  }

  private static void assertCollected(List<WeakReference<byte[]>> all) {
    for (int i = 0; i < GC_TRIES && all.stream().anyMatch(each -> each.get() != null); i++) {
      System.gc();
    }
    assertThat(all).filteredOn(each -> each.get() != null).isEmpty();
  }

  @Test
  void channelsForgottenForRoomHoldNoEventsOnTheHeap() {
    LocalBed bed = new LocalBed(History.DEFAULT, 1L << 30, 3_000, 10);
    List<WeakReference<byte[]>> events = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      events.add(publish(bed, "room" + i, 10_000));
    }
    for (int i = 0; i < 50; i++) { // the next of each loop push them out
      publish(bed, "later" + i, 1);
    }
    assertThat(bed.await(bed.broker.inspect("room0"))).isNull();

    assertCollected(events);
  }

  @Test
  void channelsForgottenInTimeHoldNoEventsOnTheHeap() {
    LocalBed bed = new LocalBed(new History(100, MIB, 120_000), 1L << 30, MIB, 100);
    List<WeakReference<byte[]>> events = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      byte[] data = new byte[10_000];
      publish(bed, "room" + i, "id" + i, data);
      events.add(new WeakReference<>(data));
    }
    bed.forget("room0");

    assertCollected(events);
    assertThat(bed.broker.historyBytesUsed()).isZero();
  }

  @Test
  void whatIsTrimmedDeletedOrReadByWhoHasLeftIsNotOnTheHeap() {
    LocalBed bed = new LocalBed(new History(1, MIB, 120_000), 1L << 30, MIB, 10);
    List<WeakReference<byte[]>> events = new ArrayList<>();
    bed.await(bed.broker.follow("room", new Start.Head(), ALL));
    for (int i = 0; i < 100; i++) {
      events.add(publish(bed, "room", 10_000));
    }
    bed.await(bed.broker.follow("room", new Start.Rewind(1), ALL));
    bed.broker.unfollow("room");
    bed.await(bed.broker.delete("room"));
    bed.advance(5_000); // the floor's time

    assertCollected(events);
  }

  @Test
  void muchMoreThanTheHeapGoesThroughChannelsThatAreForgotten() {
    long heap = Runtime.getRuntime().maxMemory();
    LocalBed bed = new LocalBed(History.DEFAULT, 1L << 40, 3_000, 10); // only forgetting bounds it
    long published = 0;
    for (int i = 0; published < Math.min(3 * heap, 6L << 30); i++) {
      publish(bed, "room" + i, MIB);
      published += MIB;
    }
    assertThat(bed.broker.historyBytesUsed()).isLessThan(heap / 2);
  }

  @Test
  void aLoopThatKeepsToItsShareLosesNothingByTheLoadOfAnother() {
    LocalBed bed = new LocalBed(History.DEFAULT, 40_000, 8_000, 10);
    List<String> quiet = IntStream.range(0, 5).mapToObj(i -> onLoop(1, i)).toList();
    List<Position> seen = new ArrayList<>();
    for (String channel : quiet) { // close to half of each budget
      seen.add(publish(bed, channel, "", new byte[1]));
      for (int i = 0; i < 5; i++) {
        publish(bed, channel, 500);
      }
    }
    for (int i = 0; i < 2_000; i++) {
      publish(bed, onLoop(0, i % 100), 400);
    }
    bed.loops.settle();

    for (int i = 0; i < quiet.size(); i++) {
      var slice = bed.await(bed.broker.follow(quiet.get(i), new Start.After(seen.get(i)), ALL));
      assertThat(slice.gap()).isNull();
      assertThat(slice.events().events()).hasSize(5);
    }
    assertThat(bed.broker.historyBytesUsed()).isLessThanOrEqualTo(40_000);
    assertThat(bed.broker.identityBytesUsed()).isLessThanOrEqualTo(8_000);
  }

  /** The name of a channel whose home is a loop. */
  private static String onLoop(int loop, int number) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> "c" + i)
        .filter(name -> Math.floorMod(Channel.hash(name), 2) == loop)
        .skip(number)
        .findFirst()
        .orElseThrow();
  }
}
