package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.cluster.FakeCluster.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What readers see if something is put exactly between their node and the others. */
@NullMarked
final class TailFaultsTest {

  private static final String ROOM = "room";
  private static final byte[] NO_DATA = {};

  private final FakeCluster cluster = new FakeCluster(3);

  private FakeClient reads(int node) {
    FakeClient client = cluster.node(node).open(ROOM, Start.HEAD);
    cluster.settle();
    assertThat(client.atHead).isTrue();
    return client;
  }

  private void publish(int node, String... data) {
    for (String each : data) {
      var answer = cluster.node(node).publish(ROOM, each);
      cluster.settle();
      assertThat(answer.succeeded()).as("%s", answer).isTrue();
    }
  }

  private void holdHints() {
    cluster.hold(step -> step.kind() == Kind.HINT);
  }

  private List<FakeCluster.Step> hintsTo(int node) {
    return cluster.all(Kind.HINT).stream().filter(step -> step.node().index == node).toList();
  }

  private static Position at(FakeClient client) {
    return Objects.requireNonNull(client.at);
  }

  private long looks(int node) {
    return cluster.node(node).counted.operations("look");
  }

  @Test
  void anEventReachesTheReadersOfEveryNode() {
    List<FakeClient> clients = List.of(reads(0), reads(1), reads(2));
    publish(2, "a");
    assertThat(clients).allSatisfy(client -> assertThat(client.seen).containsExactly("a"));
    assertThat(at(clients.get(0))).isEqualTo(at(clients.get(1))).isEqualTo(at(clients.get(2)));
  }

  @Test
  void reversedHintsAreShownInOrderWithoutALook() {
    FakeClient client = reads(2);
    long before = looks(2);
    holdHints();
    publish(0, "a", "b");
    assertThat(hintsTo(2)).hasSize(2);
    cluster.arrive(hintsTo(2).get(1));
    cluster.settle();
    assertThat(client.seen).isEmpty();
    cluster.arrive(hintsTo(2).get(0));
    cluster.settle();
    assertThat(client.seen).containsExactly("a", "b");
    cluster.advance(1_000);
    assertThat(looks(2)).isEqualTo(before);
  }

  @Test
  void aDoubledHintIsShownOnce() {
    FakeClient client = reads(2);
    holdHints();
    publish(0, "a");
    FakeCluster.Step hint = hintsTo(2).get(0);
    hint.arrives().run();
    cluster.release();
    publish(0, "b");
    cluster.way.add(hint);
    cluster.settle();
    assertThat(client.seen).containsExactly("a", "b");
    assertThat(client.gaps).isEmpty();
  }

  @Test
  void aLostHintIsReadSoonAfterTheNextCame() {
    FakeClient client = reads(2);
    FakeClient other = reads(2);
    long before = looks(2);
    holdHints();
    publish(0, "a");
    cluster.lose(hintsTo(2).get(0));
    cluster.release();
    publish(0, "b");
    assertThat(client.seen).isEmpty();
    cluster.advance(Mending.EARLY_MS);
    assertThat(client.seen).containsExactly("a", "b");
    assertThat(other.seen).containsExactly("a", "b");
    assertThat(client.gaps).isEmpty();
    assertThat(looks(2)).isEqualTo(before + 1);
  }

  @Test
  void aLostHintOnAQuietChannelShowsWithTheNextRoundOfRepair() {
    FakeClient client = reads(2);
    holdHints();
    publish(0, "a");
    cluster.lose(hintsTo(2).get(0));
    cluster.release();
    cluster.advance(10_000);
    assertThat(client.seen).isEmpty();
    cluster.round();
    assertThat(client.seen).containsExactly("a");
    assertThat(client.gaps).isEmpty();
  }

  @Test
  void hintsBeyondTheBoundAreDroppedAndMadeUpFor() {
    FakeClient client = reads(2);
    holdHints();
    List<String> all = new ArrayList<>();
    for (int i = 0; i < Tail.MAX_EARLY + 10; i++) {
      all.add("e" + i);
      publish(0, "e" + i);
    }
    cluster.lose(hintsTo(2).get(0));
    cluster.release();
    cluster.settle();
    assertThat(client.seen).isEmpty();
    assertThat(cluster.node(2).loopBroker().tails())
        .allSatisfy(tail -> assertThat(tail.early).hasSize(Tail.MAX_EARLY));
    cluster.advance(100);
    assertThat(client.seen).isEqualTo(all);
  }

  @Test
  void hintsBeyondTheBoundWhileAFollowIsUnderWayAreMadeUpFor() {
    cluster.hold(step -> step.kind() == Kind.ANSWER && step.node().index == 2);
    FakeClient client = cluster.node(2).open(ROOM, Start.HEAD);
    cluster.settle();
    List<String> all = new ArrayList<>();
    for (int i = 0; i < Tail.MAX_EARLY + 10; i++) {
      all.add("e" + i);
      publish(0, "e" + i);
    }
    cluster.release();
    cluster.advance(100);
    assertThat(client.seen).isEqualTo(all);
  }

  @Test
  void aPositionAheadOfTheNodesTailIsNoGap() {
    FakeClient slow = reads(2);
    FakeClient moving = reads(0);
    holdHints();
    publish(0, "a");
    assertThat(moving.seen).containsExactly("a");
    cluster.node(2).connect(moving, ROOM, new Start.After(at(moving)));
    cluster.settle();
    assertThat(moving.gaps).isEmpty();
    cluster.release();
    publish(1, "b");
    cluster.advance(100);
    assertThat(moving.seen).containsExactly("a", "b");
    assertThat(slow.seen).containsExactly("a", "b");
    assertThat(slow.gaps).isEmpty();
    assertThat(moving.gaps).isEmpty();
  }

  @Test
  void whoJoinsALookThatWasAnsweredBeforeAnEventCameIsNotLeftBehindIt() {
    FakeClient first = reads(2);
    publish(0, "a");
    cluster.hold(step -> step.kind() == Kind.ANSWER && step.is(Sliced.class));
    FakeClient early = cluster.node(2).open(ROOM, new Start.Unusable());
    cluster.settle(); // the owner has answered that: the head is "a"
    publish(0, "b");
    assertThat(first.seen).containsExactly("a", "b");
    cluster.advance(7_000); // so that the hub has nothing at hand
    FakeClient late = cluster.node(2).open(ROOM, new Start.Unusable());
    cluster.settle();
    cluster.release();
    cluster.settle();
    assertThat(early.told()).containsExactly(Gap.Reason.UNKNOWN);
    assertThat(late.told()).containsExactly(Gap.Reason.UNKNOWN);
    assertThat(at(late)).isEqualTo(at(first));
    assertThat(at(early)).isEqualTo(at(first));
  }

  @Test
  void aLookThatComesBackFromALifeOfTheLogThatIsOverIsMadeAgain() {
    FakeClient first = reads(2);
    publish(0, "a");
    cluster.hold(step -> step.kind() == Kind.ANSWER && step.is(Sliced.class));
    FakeClient late = cluster.node(2).open(ROOM, new Start.Unusable());
    cluster.settle();
    FakeCluster.Step old = cluster.all(Kind.ANSWER).get(0);
    cluster.way.remove(old);
    cluster.release();
    cluster.loseAll();
    publish(0, "b");
    cluster.round();
    cluster.round();
    assertThat(first.seen).containsExactly("a", "b");
    cluster.way.add(old);
    cluster.settle();
    assertThat(late.told()).isNotEmpty();
    assertThat(at(late)).isEqualTo(at(first));
  }

  @Test
  void anUnfollowThatComesAfterALaterFollowChangesNothing() {
    FakeClient client = reads(2);
    cluster.hold(step -> step.is(Unfollow.class));
    cluster.loops.on(2, () -> Objects.requireNonNull(client.reader).close());
    cluster.advance(40_000);
    assertThat(cluster.node(2).broker.followed()).isZero();
    FakeClient later = reads(2);
    cluster.release();
    cluster.settle();
    publish(0, "a");
    assertThat(later.seen).containsExactly("a");
  }

  @Test
  void aNodeGoesOnFollowingForAWhileAfterItsLastReaderLeft() {
    FakeClient client = reads(2);
    cluster.loops.on(2, () -> Objects.requireNonNull(client.reader).close());
    cluster.advance(20_000);
    long before = looks(2);
    FakeClient later = reads(2);
    assertThat(looks(2)).isEqualTo(before);
    publish(0, "a");
    assertThat(later.seen).containsExactly("a");
  }

  @Test
  void aNewOwnerLearnsItsFollowersWithTheNextRound() {
    FakeClient client = reads(2);
    publish(0, "a");
    cluster.killOwner();
    publish(1, "b"); // the new owner knows nobody who follows
    cluster.advance(100);
    assertThat(client.seen).containsExactly("a");
    cluster.round();
    assertThat(client.seen).containsExactly("a", "b");
    publish(1, "c");
    assertThat(client.seen).containsExactly("a", "b", "c");
    assertThat(client.gaps).isEmpty();
  }

  @Test
  void aChannelThatMovesThereAndBackIsFollowedByTheWay() {
    FakeClient client = reads(2);
    for (int i = 0; i < 4; i++) {
      cluster.move();
      publish(1, "e" + i);
      cluster.round();
    }
    assertThat(client.seen).containsExactly("e0", "e1", "e2", "e3");
    assertThat(client.gaps).isEmpty();
  }

  @Test
  void whenAllCopiesAreLostEveryReaderIsToldOnceAndGoesOn() {
    List<FakeClient> clients = List.of(reads(0), reads(1), reads(2), reads(2));
    publish(0, "a");
    cluster.loseAll();
    cluster.round();
    cluster.round();
    publish(1, "b");
    assertThat(clients)
        .allSatisfy(
            client -> {
              assertThat(client.seen).containsExactly("a", "b");
              assertThat(client.told()).containsExactly(Gap.Reason.EPOCH);
            });
  }

  @Test
  void whenAllCopiesAreLostAndSomebodyPublishesBeforeTheNextRoundNobodyMissesIt() {
    List<FakeClient> clients = List.of(reads(0), reads(1), reads(2), reads(2));
    publish(0, "a");
    cluster.loseAll();
    publish(1, "b");
    cluster.round();
    cluster.round();
    assertThat(clients)
        .allSatisfy(
            client -> {
              assertThat(client.seen).containsExactly("a", "b");
              assertThat(client.told()).containsExactly(Gap.Reason.EPOCH);
            });
  }

  @Test
  void whoComesWhileATailBeginsAnewWaitsForIt() {
    FakeClient first = reads(2);
    publish(0, "a");
    cluster.hold(step -> step.kind() == Kind.ANSWER && step.node().index == 2);
    Position nowhere = new Position(77, 5, 1);
    cluster
        .node(2)
        .broker
        .hinted(new Peers.Hint(new Batch(ROOM, nowhere, List.of()), false)); // another log's
    cluster.settle();
    FakeClient late = cluster.node(2).open(ROOM, Start.HEAD);
    FakeClient back = cluster.node(2).open(ROOM, new Start.After(at(first)));
    cluster.settle();
    assertThat(late.at).isNull();
    publish(0, "b");
    cluster.release();
    cluster.advance(100);
    assertThat(first.seen).containsExactly("a", "b");
    assertThat(back.seen).containsExactly("b");
    assertThat(List.of(first, back, late))
        .allSatisfy(client -> assertThat(client.gaps).isEmpty())
        .allSatisfy(client -> assertThat(at(client)).isEqualTo(at(first)));
  }

  @Test
  void aHintThatContradictsTheTailHasTheRecordAsked() {
    FakeClient client = reads(2);
    Position start = at(client);
    publish(0, "a");
    Event other = new Event(1, at(client).stamp() + 1, null, null, Event.Kind.TEXT, NO_DATA, 0);
    Batch contradicts = new Batch(ROOM, start, List.of(other));
    cluster.node(2).broker.hinted(new Peers.Hint(contradicts, false));
    cluster.settle();
    assertThat(cluster.node(2).counted.repairs("foreign")).isEqualTo(1);
    publish(0, "b");
    assertThat(client.seen).containsExactly("a", "b");
    assertThat(client.gaps).isEmpty();
  }

  @Test
  void aStormOfClientsFromAnotherNodeTakesOneLook() {
    FakeClient reference = reads(0);
    List<Position> positions = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      publish(1, "e" + i);
      positions.add(at(reference));
    }
    long before = looks(2);
    List<FakeClient> storm = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      int behind = i % 10 == 0 ? i / 10 % 20 : 19;
      storm.add(cluster.node(2).open(ROOM, new Start.After(positions.get(behind))));
      if (i % 1_000 == 0) {
        cluster.settle();
      }
    }
    cluster.settle();
    assertThat(storm)
        .allSatisfy(
            client -> {
              assertThat(client.atHead).isTrue();
              assertThat(client.gaps).isEmpty();
              assertThat(client.at).isEqualTo(reference.at);
            });
    assertThat(looks(2)).isEqualTo(before + 1);
  }

  @Test
  void aDeleteIsSeenByTheReadersOfOtherNodes() {
    FakeClient live = reads(2);
    publish(0, "a");
    Position old = at(live);
    publish(0, "b");
    var deleted = cluster.node(1).broker.delete(ROOM);
    cluster.settle();
    assertThat(deleted.result()).isEqualTo(live.at);
    FakeClient behind = cluster.node(2).open(ROOM, new Start.After(old));
    FakeClient back = cluster.node(2).open(ROOM, new Start.Rewind(5));
    cluster.settle();
    assertThat(behind.told()).containsExactly(Gap.Reason.DELETED);
    assertThat(behind.seen).isEmpty();
    assertThat(back.seen).isEmpty();
    assertThat(live.gaps).isEmpty();
    publish(0, "c");
    assertThat(live.seen).containsExactly("a", "b", "c");
    assertThat(behind.seen).containsExactly("c");
  }

  @Test
  void aDeleteThatOvertakesAnEventHidesItAllTheSame() {
    FakeClient live = reads(2);
    publish(0, "a");
    Position old = at(live);
    holdHints();
    publish(0, "b");
    cluster.node(1).broker.delete(ROOM);
    cluster.settle();
    cluster.arrive(hintsTo(2).get(1));
    cluster.settle();
    cluster.advance(100);
    assertThat(live.told()).containsExactly(Gap.Reason.DELETED);
    cluster.release();
    cluster.round();
    FakeClient behind = cluster.node(2).open(ROOM, new Start.After(old));
    cluster.settle();
    assertThat(behind.told()).containsExactly(Gap.Reason.DELETED);
    publish(0, "c");
    assertThat(live.seen).containsExactly("a", "c");
    assertThat(behind.seen).containsExactly("c");
  }

  @Test
  void anEventThatComesAfterTheWordOfItsDeletionIsNotKeptForNewcomers() {
    FakeClient live = reads(2);
    publish(0, "a");
    Position old = at(live);
    holdHints();
    publish(0, "b");
    cluster.node(1).broker.delete(ROOM);
    cluster.settle();
    cluster.arrive(hintsTo(2).get(1));
    cluster.arrive(hintsTo(2).get(0));
    cluster.settle();
    cluster.release();
    cluster.round();
    cluster.round();
    FakeClient behind = cluster.node(2).open(ROOM, new Start.After(old));
    cluster.settle();
    assertThat(live.seen).containsExactly("a", "b");
    assertThat(behind.told()).containsExactly(Gap.Reason.DELETED);
    assertThat(behind.seen).isEmpty();
  }

  @Test
  void theSmallerSideOfASplitSendsItsReadersAwayAndRefuses() {
    FakeClient client = reads(2);
    FakeNode alone = cluster.node(2);
    Broker.Unavailable why = new Broker.Unavailable("no majority");
    alone.refusal = why;
    alone.broker.sendAway(why);
    cluster.settle();
    assertThat(client.sentAway).isNotNull();
    FakeClient another = alone.open(ROOM, Start.HEAD);
    var published = alone.publish(ROOM, "a");
    var deleted = alone.broker.delete(ROOM);
    var asked = alone.broker.inspect(ROOM);
    cluster.settle();
    assertThat(another.sentAway).isNotNull();
    assertThat(published.cause()).isSameAs(why);
    assertThat(deleted.cause()).isSameAs(why);
    assertThat(asked.cause()).isSameAs(why);
    alone.refusal = null;
    publish(0, "b");
    alone.connect(client, ROOM, new Start.After(at(client)));
    cluster.settle();
    assertThat(client.seen).containsExactly("b");
    assertThat(client.gaps).isEmpty();
  }
}
