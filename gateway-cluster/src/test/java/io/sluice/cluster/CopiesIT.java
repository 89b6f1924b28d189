package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.cluster.ClusterState;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.partition.InternalPartition;
import com.hazelcast.internal.partition.PartitionReplica;
import io.sluice.channel.Broker;
import io.sluice.channel.BrokerBed;
import io.sluice.channel.History;
import io.sluice.channel.Start;
import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A majority of members is not enough: whoever is cut off counts another one that it does not reach
 * for a moment longer, and Hazelcast waits only for those backups that a partition has. So nothing
 * is answered from a record that too few have.
 */
@NullMarked
final class CopiesIT {

  private static final History HISTORY = new History(100, 1 << 20, 60_000);

  /** What happens on an owner after it has looked who has a record, and before its answer. */
  private final AtomicReference<@Nullable Runnable> amidst = new AtomicReference<>();

  private final TestCluster cluster = TestCluster.keeping(3, this::history);
  private final TestNode first = cluster.nodes.get(0);
  private final TestNode second = cluster.nodes.get(1);
  private final TestNode third = cluster.nodes.get(2);

  @AfterEach
  void end() {
    cluster.close();
  }

  @Test
  void nothingIsAnsweredFromARecordThatTooFewHave() {
    TestCluster.await(publish("any", "first")); // partitions get their owners by the first use
    cluster.whole(3);
    // Partitions get a new owner then, but no new backup. It also shows that members may tell each
    // other of it: a side of several nodes cannot join the other one after a split otherwise.
    TestMembers.await(() -> is(ClusterState.NO_MIGRATION));
    String lonely = cluster.ownedBy(third);
    String backed = ownedWithBackup(first, second);
    TestCluster.await(publish(lonely, "before"));
    TestCluster.await(publish(backed, "before"));
    third.kill();
    TestMembers.await(() -> members(first) == 2 && members(second) == 2);
    TestMembers.await(() -> first.made.neighbours().unready().isEmpty());

    Future<Broker.Published> published = publish(lonely, "then");
    Future<Broker.Slice> followed =
        second.broker.follow(lonely, Start.HEAD, new Broker.Page(10, 1 << 20));

    assertThat(TestCluster.await(publish(backed, "then")))
        .isInstanceOf(Broker.Published.Stored.class);
    assertThat(published.isComplete()).isFalse();
    assertThat(followed.isComplete()).isFalse();

    TestMembers.await(() -> is(ClusterState.ACTIVE));

    // Its first try may have gone to the node that ended: then nobody knows, which is an answer
    // too.
    TestMembers.await(published::isComplete);
    TestCluster.await(followed);
  }

  /** A member that was removed stays in the table until it is repaired, here for as long. */
  @Test
  void aMemberThatIsGoneHasNoCopyWhateverTheTableSays() {
    String backed = frozen();
    TestCluster.await(publish(backed, "before"));
    third.kill();
    TestMembers.await(() -> members(first) == 2);

    Future<Broker.Published> published = publish(backed, "then");

    TestCluster.await(publish(ownedWithBackup(first, second), "another"));
    assertThat(published.isComplete()).isFalse();
    TestMembers.await(() -> is(ClusterState.ACTIVE));
    assertThat(TestCluster.await(published)).isInstanceOf(Broker.Published.Stored.class);
  }

  /** Nobody waits for its copy then. */
  @Test
  void anAnswerDuringWhichAMemberWentCountsForNothing() {
    String backed = frozen();
    amidst.set(
        () -> {
          third.kill();
          TestMembers.await(() -> members(first) == 2);
        });

    Future<Broker.Published> published = publish(backed, "amidst");

    TestMembers.await(() -> amidst.get() == null && members(first) == 2);
    TestCluster.await(publish(ownedWithBackup(first, second), "another"));
    assertThat(published.isComplete()).isFalse();
    TestMembers.await(() -> is(ClusterState.ACTIVE));
    assertThat(TestCluster.await(published)).isInstanceOf(Broker.Published.Stored.class);
  }

  /** A channel of the first node with a copy at the third, in a cluster that repairs nothing. */
  private String frozen() {
    TestCluster.await(publish("any", "first")); // partitions get their owners by the first use
    cluster.whole(3);
    TestMembers.await(() -> is(ClusterState.FROZEN));
    return ownedWithBackup(first, third);
  }

  /** A log asks for it when it is made. */
  private History history(String channel) {
    Runnable once = amidst.getAndSet(null);
    if (once != null) {
      once.run();
    }
    return HISTORY;
  }

  /** It cannot be had while a member that came or went is dealt with. */
  private boolean is(ClusterState state) {
    try {
      first.hazelcast.getCluster().changeClusterState(state);
      return true;
    } catch (IllegalStateException notNow) {
      return false;
    }
  }

  private Future<Broker.Published> publish(String channel, String id) {
    return first.broker.publish(channel, BrokerBed.text(id, "data"));
  }

  private static int members(TestNode node) {
    return node.hazelcast.getCluster().getMembers().size();
  }

  private static String ownedWithBackup(TestNode owner, TestNode backup) {
    for (int i = 0; ; i++) {
      String channel = "room-" + i;
      if (has(owner, channel, 0) && has(backup, channel, 1)) {
        return channel;
      }
    }
  }

  private static boolean has(TestNode node, String channel, int replica) {
    var partitions =
        ((HazelcastInstanceProxy) node.hazelcast).getOriginal().node.getPartitionService();
    int number = node.hazelcast.getPartitionService().getPartition(channel).getPartitionId();
    InternalPartition partition = partitions.getPartition(number);
    @Nullable PartitionReplica member = partition.getReplica(replica);
    return member != null
        && member.uuid().equals(node.hazelcast.getCluster().getLocalMember().getUuid());
  }
}
