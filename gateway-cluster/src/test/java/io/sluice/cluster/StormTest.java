package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.channel.History;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What it costs when many clients come to a node at once, wherever they stand. */
@NullMarked
final class StormTest {

  private static final String ROOM = "room";

  /** More than a node that begins to follow is given of the end of a log. */
  private static final int EVENTS = 3 * Look.END.maxCount();

  private FakeCluster cluster = new FakeCluster(3);
  private final List<Position> positions = new ArrayList<>();

  private void publish(int count) {
    for (int i = 0; i < count; i++) {
      var answer = cluster.node(0).publish(ROOM, "e" + positions.size());
      cluster.settle();
      positions.add(((Broker.Published.Stored) answer.result()).position());
    }
  }

  private long looks() {
    return cluster.node(2).counted.operations("look");
  }

  /** A client that has seen the events before one, and comes to node 2. */
  private FakeClient comes(int next) {
    FakeClient client = cluster.node(2).open(ROOM, new Start.After(positions.get(next - 1)));
    cluster.settle();
    return client;
  }

  private void assertWhole(FakeClient client, int next) {
    List<String> expected = new ArrayList<>();
    for (int i = next; i < positions.size(); i++) {
      expected.add("e" + i);
    }
    assertThat(client.seen).isEqualTo(expected);
    assertThat(client.gaps).isEmpty();
  }

  @Test
  void clientsThatStandFurtherBackThanTheTailAreOneLookMore() {
    publish(EVENTS);
    FakeClient first = comes(EVENTS);
    assertThat(looks()).isEqualTo(1);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 200; i++) {
      int next = 1 + random.nextInt(EVENTS);
      assertWhole(comes(next), next);
    }
    assertThat(looks()).isEqualTo(2);
    publish(1);
    assertWhole(first, EVENTS);
  }

  @Test
  void clientsOfWhichTheFirstStandsFarBackAreOneLook() {
    publish(EVENTS);
    for (int i = 0; i < 200; i++) {
      int next = 1 + (i + EVENTS / 2) * 7 % EVENTS;
      assertWhole(comes(next), next);
    }
    assertThat(looks()).isEqualTo(1);
  }

  @Test
  void clientsThatComeWhileTheRecordIsReadForOthersWaitForThat() {
    publish(EVENTS);
    comes(EVENTS);
    cluster.hold(step -> step.kind() == FakeCluster.Kind.ANSWER && step.is(Sliced.class));
    List<FakeClient> clients = new ArrayList<>();
    for (int next = 1; next <= 100; next++) {
      clients.add(comes(next));
    }
    publish(10); // hints come before the answer
    cluster.release();
    cluster.settle();
    for (int next = 1; next <= 100; next++) {
      assertWhole(clients.get(next - 1), next);
    }
    assertThat(looks()).isEqualTo(2);
  }

  @Test
  void whatTheNodeDidNotHearOfComesWithTheRecord() {
    publish(EVENTS);
    FakeClient first = comes(EVENTS);
    cluster.hold(step -> step.kind() == FakeCluster.Kind.HINT);
    publish(3);
    cluster.all(FakeCluster.Kind.HINT).forEach(cluster::lose);
    FakeClient late = comes(10);
    assertWhole(late, 10);
    assertWhole(first, EVENTS);
    cluster.release();
  }

  @Test
  void newPagesThatWantMoreThanThereIsAreOneLookMore() {
    publish(EVENTS);
    comes(EVENTS);
    for (int i = 0; i < 50; i++) {
      FakeClient page = cluster.node(2).open(ROOM, new Start.Rewind(10_000));
      cluster.settle();
      assertThat(page.seen).hasSize(EVENTS);
    }
    assertThat(looks()).isEqualTo(2);
  }

  @Test
  void newPagesOfAChannelWithLittleHistoryAreNoLookMore() {
    publish(3);
    comes(3);
    for (int i = 0; i < 50; i++) {
      FakeClient page = cluster.node(2).open(ROOM, new Start.Rewind(10));
      cluster.settle();
      assertThat(page.seen).hasSize(3);
    }
    assertThat(looks()).isEqualTo(1);
  }

  @Test
  void whoStandsBeforeTheHistoryIsToldByTheRecord() {
    History history = new History(400, 1 << 20, Duration.ofMinutes(2).toMillis());
    cluster = new FakeCluster(3, history, new SplittableRandom(1), 30_000);
    publish(EVENTS);
    cluster.advance(5_000); // nothing is left of the floor
    comes(EVENTS);
    FakeClient client = comes(10);
    assertThat(client.gaps).hasSize(1);
    assertThat(client.seen).hasSize(400);
  }

  @Test
  void anotherLifeOfTheLogMeanwhileIsToldOnce() {
    publish(EVENTS);
    FakeClient first = comes(EVENTS);
    cluster.hold(step -> step.kind() == FakeCluster.Kind.ANSWER && step.is(Sliced.class));
    FakeClient late = comes(10);
    cluster.release();
    cluster.loseAll();
    cluster.settle();
    var answer = cluster.node(0).publish(ROOM, "new");
    cluster.advance(1_000);
    cluster.round();
    cluster.round();
    cluster.advance(10_000);
    assertThat(answer.succeeded()).isTrue();
    assertThat(first.gaps).hasSize(1);
    assertThat(late.gaps).hasSize(1);
    assertThat(late.at).isEqualTo(first.at);
  }
}
