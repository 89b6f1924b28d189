package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Broker;
import io.sluice.channel.Start;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What a node knows of the readers on the others. */
@NullMarked
final class ReadersTest {

  private static final String ROOM = "room";

  private final FakeCluster cluster = new FakeCluster(3);
  private final List<FakeClient> clients = new ArrayList<>();

  private void read(int... nodes) {
    for (int node : nodes) {
      clients.add(cluster.node(node).open(ROOM, Start.HEAD));
      cluster.settle();
    }
  }

  private void close(int client, int node) {
    cluster.loops.on(node, () -> Objects.requireNonNull(clients.get(client).reader).close());
    cluster.settle();
  }

  /** As a publish there is answered, and as the channel is described there. */
  private int elsewhere(int node) {
    var published = cluster.node(node).publish(ROOM, "x");
    var asked = cluster.node(node).broker.inspect(ROOM);
    cluster.settle();
    int elsewhere = ((Broker.Published.Stored) published.result()).elsewhere();
    assertThat(Objects.requireNonNull(asked.result()).elsewhere()).isEqualTo(elsewhere);
    return elsewhere;
  }

  @Test
  @Proves({"PUB-4", "GET-1"})
  void aPublishTellsTheReadersOfAllOtherNodesAsOfTheLastRound() {
    read(0, 1, 1, 2, 2, 2);
    cluster.round();
    assertThat(elsewhere(0)).isEqualTo(5);
    assertThat(elsewhere(1)).isEqualTo(4);
    assertThat(elsewhere(2)).isEqualTo(3);
    close(5, 2);
    close(1, 1);
    close(2, 1); // nobody reads there now, and the node follows on for a while
    assertThat(elsewhere(0)).isEqualTo(5);
    cluster.round();
    assertThat(elsewhere(0)).isEqualTo(2);
    assertThat(elsewhere(2)).isEqualTo(1);
  }

  @Test
  void theFirstReaderOfANodeIsKnownAtOnce() {
    read(1);
    assertThat(elsewhere(0)).isEqualTo(1);
    read(0);
    assertThat(elsewhere(1)).isEqualTo(1);
  }

  @Test
  void aNumberThatGotLostIsToldAgain() {
    read(1, 1, 1);
    cluster.loops.on(1, () -> cluster.node(1).loopBroker().sumUp(lost -> {}));
    assertThat(elsewhere(0)).isEqualTo(1);
    cluster.round(); // finds that it got lost
    cluster.round();
    assertThat(elsewhere(0)).isEqualTo(3);
  }

  @Test
  void aNewOwnerLearnsTheNumbersWithItsFollowers() {
    read(1, 1, 2);
    cluster.round();
    cluster.killOwner();
    cluster.advance(1_000);
    assertThat(elsewhere(0)).isZero();
    cluster.round();
    assertThat(elsewhere(0)).isEqualTo(3);
  }

  @Test
  void readersOfANodeThatIsGoneDoNotCount() {
    read(1, 1, 2);
    cluster.round();
    cluster.owner().keeper.followers().dropNode(cluster.node(1).number());
    assertThat(elsewhere(0)).isEqualTo(1);
  }

  @Test
  void theNumbersCostNoMessageAndNoOperation() {
    read(0, 1, 1, 2, 2, 2);
    cluster.round();
    FakeNode node = cluster.node(0);
    long looks = node.counted.operations("look");
    long appends = node.counted.operations("append");
    long hints = node.counted.messages("hints");
    for (int i = 0; i < 10; i++) {
      node.publish(ROOM, "x");
      cluster.settle();
    }
    assertThat(node.counted.operations("look")).isEqualTo(looks);
    assertThat(node.counted.operations("append")).isEqualTo(appends + 10);
    assertThat(node.counted.messages("hints")).isEqualTo(hints + 20);
  }
}
