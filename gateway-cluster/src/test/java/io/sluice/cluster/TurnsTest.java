package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.channel.FakeLoops;
import io.sluice.channel.Loop;
import io.sluice.channel.Start;
import io.sluice.cluster.FakeCluster.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Many channels hold up no loop, and each is reached all the same. */
@NullMarked
final class TurnsTest {

  private static final Broker.Page PAGE = new Broker.Page(10, 1_000);

  private final FakeLoops loops = new FakeLoops(1);
  private final List<Tail> seen = new ArrayList<>();
  private boolean ended;

  private static List<Tail> tails(int count) {
    return IntStream.range(0, count).mapToObj(i -> new Tail("room-" + i, 0, 1)).toList();
  }

  private void through(List<Tail> tails, List<Tail> gone, int work) {
    Loop loop = loops.loop(0);
    Turns.Step step =
        new Turns.Step(
            tail -> {
              seen.add(tail);
              return work;
            },
            () -> ended = true);
    loops.on(0, () -> Turns.through(loop, tails, tail -> !gone.contains(tail), step));
  }

  @Test
  void aTurnDoesItsWorkAndTheNextOnesTheRest() {
    List<Tail> tails = tails(3 * Turns.WORK);
    through(tails, List.of(), 1);
    assertThat(seen).hasSize(Turns.WORK);
    loops.step(0);
    assertThat(seen).hasSize(2 * Turns.WORK);
    assertThat(ended).isFalse();
    loops.settle();
    assertThat(seen).isEqualTo(tails);
    assertThat(ended).isTrue();
  }

  @Test
  void operationsCountForMore() {
    through(tails(Turns.WORK), List.of(), Turns.OPERATION);
    assertThat(seen).hasSize(Turns.WORK / Turns.OPERATION);
    loops.settle();
    assertThat(seen).hasSize(Turns.WORK);
  }

  @Test
  void whatHasEndedMeanwhileIsLeftOut() {
    List<Tail> tails = tails(Turns.WORK + 2);
    List<Tail> gone = new ArrayList<>();
    through(tails, gone, 1);
    gone.add(tails.get(Turns.WORK));
    loops.settle();
    assertThat(seen).hasSize(Turns.WORK + 1).doesNotContain(tails.get(Turns.WORK));
    assertThat(ended).isTrue();
  }

  @Test
  void nothingEndsAtOnce() {
    through(List.of(), List.of(), 1);
    assertThat(ended).isTrue();
  }

  /** A node that follows so many channels. */
  private static FakeCluster following(int count) {
    FakeCluster cluster = new FakeCluster(3);
    for (int i = 0; i < count; i++) {
      cluster.node(2).broker.follow("room-" + i, Start.HEAD, PAGE);
      if (i % 100 == 99) {
        cluster.settle();
      }
    }
    cluster.settle();
    return cluster;
  }

  @Test
  void aNewOwnerIsToldOfManyChannelsSomeAtATime() {
    int count = 3 * FollowingAgain.MAX_ASKED;
    FakeCluster cluster = following(count);
    cluster.move();
    cluster.hold(step -> step.kind() == Kind.ASK);
    cluster.compare(cluster.node(2));
    cluster.settle();
    assertThat(cluster.all(Kind.ASK)).hasSize(FollowingAgain.MAX_ASKED);
    cluster.compare(cluster.node(2)); // finds the same, which is under way
    cluster.settle();
    assertThat(cluster.all(Kind.ASK)).hasSize(FollowingAgain.MAX_ASKED);
    cluster.release();
    cluster.settle();
    assertThat(cluster.node(2).counted.operations("look")).isEqualTo(2L * count);
    assertThat(cluster.owner().keeper.followers().entries()).hasSize(count);
  }

  @Test
  void aLostHintIsFoundAmongManyChannelsInOneRound() {
    int count = 2 * Turns.WORK + 10;
    FakeCluster cluster = following(count);
    FakeClient client = cluster.node(2).open("room-" + (count - 1), Start.HEAD);
    cluster.hold(step -> step.kind() == Kind.HINT);
    cluster.node(0).publish("room-" + (count - 1), "a");
    cluster.settle();
    cluster.lose(cluster.all(Kind.HINT).get(0));
    cluster.release();
    assertThat(client.seen).isEmpty();
    cluster.round();
    assertThat(client.seen).containsExactly("a");
  }

  @Test
  void manyChannelsThatNobodyReadsAnyMoreAreLeftInSeveralTurns() {
    int count = 3 * Turns.WORK / Turns.OPERATION;
    FakeCluster cluster = following(count);
    for (int i = 0; i < count; i++) {
      cluster.node(2).broker.unfollow("room-" + i);
    }
    cluster.advance(40_000);
    assertThat(cluster.node(2).broker.followed()).isZero();
    assertThat(cluster.node(2).counted.operations("unfollow")).isEqualTo(count);
    assertThat(cluster.owner().keeper.followers().entries()).isEmpty();
  }
}
