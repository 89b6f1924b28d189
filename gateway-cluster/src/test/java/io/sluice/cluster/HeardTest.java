package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.log.ChannelLog;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** A new owner does not know who reads what it has, and forgets nothing before it does. */
@NullMarked
final class HeardTest {

  private static final Thrift NOTHING_STAYS = new Thrift(0, Long.MAX_VALUE, 0, 0);

  private final FakeCluster cluster = new FakeCluster(3);

  private void publish(String channel, String data) {
    var answer = cluster.node(0).publish(channel, data);
    cluster.settle();
    assertThat(answer.succeeded()).as("%s", answer).isTrue();
  }

  /** What the owner has after a sweep for which everything was unused for too long. */
  private List<String> left() {
    cluster.owner().keeper.thrift(NOTHING_STAYS);
    cluster.owner().sweep();
    return cluster.owner().records.keySet().stream().sorted().toList();
  }

  private void compare(int... nodes) {
    for (int node : nodes) {
      cluster.compare(cluster.node(node));
      cluster.settle();
    }
  }

  private Heard newOwner() {
    cluster.move();
    Heard heard = cluster.owner().keeper.heard();
    heard.owns(0, cluster.loops.nowMs());
    return heard;
  }

  private boolean isComplete(Heard heard) {
    return heard.hasAll(0, List.of(1L, 2L, 3L), cluster.loops.nowMs());
  }

  @Test
  void aNewOwnerForgetsNothingBeforeItKnowsWhoReads() {
    FakeClient client = cluster.node(2).open("read", Start.HEAD);
    cluster.settle();
    publish("read", "a");
    publish("unread", "x");
    newOwner();
    assertThat(left()).containsExactly("read", "unread");
    compare(0, 1); // they read nothing, and say so
    assertThat(left()).containsExactly("read", "unread");
    compare(2); // it has to follow first
    assertThat(left()).containsExactly("read", "unread");
    compare(2);
    assertThat(left()).containsExactly("read");
    publish("read", "b");
    assertThat(client.seen).containsExactly("a", "b");
    assertThat(client.gaps).isEmpty();
  }

  @Test
  void itForgetsAllTheSameIfANodeNeverAgrees() {
    publish("unread", "x");
    newOwner();
    compare(0, 1);
    cluster.loops.advance(Heard.PATIENCE_MS - 1);
    assertThat(left()).containsExactly("unread");
    cluster.loops.advance(1);
    assertThat(left()).isEmpty();
  }

  @Test
  void anOwnerThatWasNoneForAWhileHasToHearAllAgain() {
    Heard heard = newOwner();
    compare(0, 1, 2);
    assertThat(isComplete(heard)).isTrue();
    heard.left(0);
    assertThat(isComplete(heard)).isFalse();
    heard.owns(0, cluster.loops.nowMs());
    assertThat(isComplete(heard)).isFalse();
    compare(0, 1, 2);
    assertThat(isComplete(heard)).isTrue();
  }

  @Test
  void aNodeThatCameHasToBeHeardToo() {
    Heard heard = newOwner();
    compare(0, 1, 2);
    assertThat(heard.hasAll(0, List.of(1L, 2L, 3L, 4L), cluster.loops.nowMs())).isFalse();
    heard.retain(List.of(1L, 2L));
    assertThat(heard.hasAll(0, List.of(1L, 2L), cluster.loops.nowMs())).isTrue();
    assertThat(isComplete(heard)).isFalse();
  }

  @Test
  void whoTakesAnotherForTheOwnerSaysNothingOfThePartition() {
    Heard heard = newOwner();
    compare(0, 1);
    Keeper keeper = cluster.owner().keeper;
    new Compare(keeper, partition -> true, 3, new Compare.Told(Map.of(), List.of())).call();
    assertThat(isComplete(heard)).isFalse();
  }

  @Test
  void whoIsNoOwnerAnyMoreForgetsWhatItHeard() {
    cluster.node(2).open("read", Start.HEAD);
    cluster.settle();
    Heard heard = cluster.owner().keeper.heard();
    heard.owns(0, cluster.loops.nowMs());
    compare(0, 1, 2);
    assertThat(isComplete(heard)).isTrue();
    Keeper keeper = cluster.owner().keeper;
    new Compare(keeper, partition -> false, 1, new Compare.Told(Map.of(), List.of())).call();
    assertThat(keeper.followers().has("read")).isFalse();
    assertThat(isComplete(heard)).isFalse();
  }

  @Test
  void whoFollowedAfterItWasGoneIsForgotten() {
    publish("room", "x");
    ChannelLog log = Objects.requireNonNull(cluster.record("room")).log();
    Keeper keeper = cluster.owner().keeper;
    for (long node : new long[] {2, 9}) {
      keeper.followers().note(log, new Look.Query(Start.HEAD, false, Look.END, node, 1, 1));
    }
    keeper.retainNodes(); // there are 1 to 3
    assertThat(keeper.followers().of("room").nodes()).containsExactly(2);
    keeper.followers().drop("room", 2, 1);
    keeper.followers().note(log, new Look.Query(Start.HEAD, false, Look.END, 9, 1, 1));
    keeper.retainNodes();
    assertThat(keeper.followers().has("room")).isFalse();
    assertThat(log.head()).isNotEqualTo(Position.start(0));
  }
}
