package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.channel.BrokerBed;
import io.sluice.channel.Gap;
import io.sluice.channel.History;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What records take is given back, on the owner and on its backups. */
@NullMarked
final class SweepIT {

  private static final Broker.Page ALL = new Broker.Page(1_000, 1 << 20);
  private static final int CHANNELS = 40;

  private final TestCluster cluster = TestCluster.of(2);

  @BeforeEach
  void history() {
    cluster.history.set(new History(10, 1 << 20, 120_000));
  }

  @AfterEach
  void end() {
    cluster.close();
  }

  private Position publish(String channel, String id) {
    Broker.Published published =
        TestCluster.await(
            cluster.nodes.get(0).broker.publish(channel, BrokerBed.text(id, "x".repeat(100))));
    return ((Broker.Published.Stored) published).position();
  }

  private List<Held.Sum> held() {
    return cluster.nodes.stream().map(node -> node.broker.keeper().held().sum()).toList();
  }

  @Test
  void everyOwnerSoonKnowsWhatAllNodesFollow() {
    TestCluster.await(cluster.nodes.get(1).broker.follow("read", Start.HEAD, ALL));
    for (TestNode node : cluster.nodes) {
      Keeper keeper = node.broker.keeper();
      for (int partition = 0; partition < HazelcastSettings.PARTITIONS; partition++) {
        int each = partition;
        TestMembers.await(() -> !node.owns(each) || keeper.knowsFollowers(each));
      }
    }
  }

  @Test
  void eventsIdsAndChannelsGoWhenTheirTimeIsOver() {
    for (int i = 0; i < CHANNELS; i++) {
      publish("room-" + i, "id");
    }
    TestMembers.await(
        () ->
            held().stream()
                .allMatch(
                    sum ->
                        sum.channels() == CHANNELS
                            && sum.ids() == CHANNELS
                            && sum.historyBytes() > 100 * CHANNELS));

    cluster.aheadMs.addAndGet(TimeUnit.MINUTES.toMillis(6));
    TestMembers.await( // what was counted before the jump is dropped first, as if it were old
        () ->
            held().stream()
                .allMatch(
                    sum ->
                        sum.channels() == CHANNELS && sum.ids() == 0 && sum.historyBytes() == 0));

    cluster.aheadMs.addAndGet(TimeUnit.HOURS.toMillis(25));
    TestMembers.await(
        () ->
            held().stream().allMatch(sum -> sum.channels() == 0)
                && cluster.nodes.get(0).hazelcast.getMap(HazelcastSettings.CHANNELS).isEmpty());
  }

  @Test
  void aChannelThatIsReadIsNotForgotten() {
    Position head = publish("read", "1");
    publish("not-read", "1");
    TestCluster.await(cluster.nodes.get(1).broker.follow("read", Start.HEAD, ALL));

    cluster.aheadMs.addAndGet(TimeUnit.HOURS.toMillis(25));
    TestMembers.await(() -> held().stream().allMatch(sum -> sum.channels() == 1));

    Broker.Slice slice =
        TestCluster.await(cluster.nodes.get(0).broker.follow("read", new Start.After(head), ALL));
    assertThat(slice.gap()).isNull();
  }

  @Test
  void whoComesBackToAForgottenChannelIsToldAGap() {
    Position head = publish("room", "1");
    cluster.aheadMs.addAndGet(TimeUnit.HOURS.toMillis(25));
    TestMembers.await(
        () -> cluster.nodes.get(0).hazelcast.getMap(HazelcastSettings.CHANNELS).isEmpty());

    Broker.Slice slice =
        TestCluster.await(cluster.nodes.get(1).broker.follow("room", new Start.After(head), ALL));

    assertThat(slice.gap()).isNotNull();
    assertThat(slice.gap().reason()).isEqualTo(Gap.Reason.EPOCH);
  }
}
