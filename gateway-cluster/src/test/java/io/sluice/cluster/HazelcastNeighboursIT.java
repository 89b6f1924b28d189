package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.sluice.channel.nodes.Neighbours;
import io.sluice.config.Config;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes that know each other, as members of Hazelcast in this process. */
final class HazelcastNeighboursIT {

  private final TestMembers members = new TestMembers(new Wire());
  private final List<Config.Address> addresses = TestMembers.free(3);
  private final List<HazelcastInstance> running = new ArrayList<>();
  private @Nullable String hindrance;

  @AfterEach
  void end() {
    members.close();
  }

  /** Starts a node of a cluster of three. */
  private HazelcastNeighbours start(int index) {
    Question.Desk desk = new Question.Desk();
    Wire wire = new Wire().with(Wire.QUESTION, desk::arrived);
    Config.Cluster cluster =
        TestMembers.cluster(addresses, addresses.get(index), TestMembers.SECRET);
    HazelcastInstance instance =
        members.start(
            cluster,
            config -> {
              config.getSerializationConfig().addDataSerializableFactory(Wire.FACTORY, wire);
              return config;
            });
    running.add(instance);
    return new HazelcastNeighbours(
        instance,
        cluster,
        desk,
        new HazelcastNeighbours.Condition() {
          @Override
          public Neighbours.State state() {
            return new Neighbours.State(index, 0, 0, 0);
          }

          @Override
          public @Nullable String hindrance() {
            return hindrance;
          }

          @Override
          public @Nullable String apart() {
            return null;
          }
        });
  }

  private List<HazelcastNeighbours> startAll() {
    List<HazelcastNeighbours> all = new ArrayList<>();
    for (int i = 0; i < addresses.size(); i++) {
      all.add(start(i));
    }
    all.forEach(each -> TestMembers.await(() -> each.nodes().size() == 3));
    return all;
  }

  private String id(int index) {
    return "node-" + addresses.get(index);
  }

  private static <T> T get(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
  }

  @Test
  void aNodeIsReadyOnceItSeesAMajorityAndNoLongerWhenItLosesIt() {
    HazelcastNeighbours first = start(0);
    assertThat(first.size()).isEqualTo(3);
    assertThat(first.hasQuorum()).isFalse();
    assertThat(first.unready()).containsExactly("joining");

    start(1);
    TestMembers.await(first::hasQuorum);
    assertThat(first.unready()).isEmpty();
    hindrance = "woken";
    assertThat(first.unready()).containsExactly("woken");

    running.get(1).getLifecycleService().terminate();
    TestMembers.await(() -> !first.hasQuorum());
    assertThat(first.unready()).containsExactly("no-quorum");
  }

  @Test
  void allNodesSeeTheSameNodesAndOwners() {
    List<HazelcastNeighbours> all = startAll();
    for (int i = 0; i < 3; i++) {
      List<Neighbours.Node> seen = all.get(i).nodes();
      assertThat(seen).extracting(Neighbours.Node::id).isSorted().hasSize(3);
      String self = id(i);
      Config.Address own = addresses.get(i);
      assertThat(seen)
          .filteredOn(Neighbours.Node::self)
          .containsExactly(new Neighbours.Node(self, own.host() + ":" + own.port(), "test", true));
    }
    // Owners may still be on the move to the node that came last.
    for (String channel : List.of("a", "b/c", "d@e", "room 7")) {
      TestMembers.await(() -> owners(all, channel).size() == 1);
      assertThat(owners(all, channel).iterator().next()).startsWith("node-");
    }
  }

  private static Set<String> owners(List<HazelcastNeighbours> all, String channel) {
    Set<String> owners = new HashSet<>();
    all.forEach(each -> owners.add(each.ownerOf(channel)));
    return owners;
  }

  @Test
  void everyNodeAnswersAndOneThatCannotIsNotAmongThem() {
    List<HazelcastNeighbours> all = startAll();
    all.get(0).answerWith(question -> Future.succeededFuture(question + " 0"));
    all.get(1).answerWith(question -> Future.succeededFuture(question + " 1"));
    assertThat(get(all.get(0).askAll("who")))
        .isEqualTo(Map.of(id(0), "who 0", id(1), "who 1")); // the third has no answers yet

    all.get(1).answerWith(question -> Future.failedFuture("unknown question"));
    all.get(2).answerWith(question -> Promise.<String>promise().future()); // never
    assertThat(get(all.get(1).askAll("who"))).isEqualTo(Map.of(id(0), "who 0"));
  }

  @Test
  void aSilentNodeHoldsUpNobodyForLong() {
    List<HazelcastNeighbours> all = startAll();
    all.get(0).answerWith(question -> Future.succeededFuture("here"));
    all.get(2).answerWith(question -> Promise.<String>promise().future());
    long beganNs = System.nanoTime();
    for (int i = 0; i < 3; i++) { // more than threads that answer
      assertThat(get(all.get(0).askAll("who"))).isEqualTo(Map.of(id(0), "here"));
    }
    assertThat(Duration.ofNanos(System.nanoTime() - beganNs)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void whoLeavesHandsOverWhatItKeeps() {
    List<HazelcastNeighbours> all = startAll();
    IMap<String, String> kept = running.get(0).getMap("kept");
    for (int i = 0; i < 100; i++) {
      kept.put("channel " + i, "record " + i);
    }
    get(all.get(0).leave());
    assertThat(running.get(0).getLifecycleService().isRunning()).isFalse();

    HazelcastNeighbours left = all.get(1);
    TestMembers.await(() -> left.nodes().size() == 2);
    assertThat(left.nodes()).extracting(Neighbours.Node::id).doesNotContain(id(0));
    assertThat(left.hasQuorum()).isTrue();
    // One more goes, without a word: the last has its copies.
    TestMembers.await(() -> running.get(1).getPartitionService().isClusterSafe());
    running.get(2).getLifecycleService().terminate();
    TestMembers.await(() -> left.nodes().size() == 1);
    IMap<String, String> rest = running.get(1).getMap("kept");
    for (int i = 0; i < 100; i++) {
      assertThat(rest.get("channel " + i)).isEqualTo("record " + i);
      assertThat(left.ownerOf("channel " + i)).isEqualTo(id(1));
    }
  }

  @Test
  void aNodeThatHasLeftIsAskedInVain() {
    HazelcastNeighbours only = start(0);
    only.answerWith(question -> Future.succeededFuture("here"));
    assertThat(get(only.askAll("who"))).isEqualTo(Map.of(id(0), "here"));
    get(only.leave());
    assertThat(get(only.askAll("who"))).isEmpty();
    assertThat(only.hasQuorum()).isFalse();
    get(only.leave()); // once more is nothing
  }
}
