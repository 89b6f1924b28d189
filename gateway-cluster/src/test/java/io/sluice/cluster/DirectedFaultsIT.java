package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import io.sluice.channel.Loop;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.hub.Hub;
import io.sluice.channel.hub.HubSettings;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Faults put exactly there, where Hazelcast is what they are put into. */
@NullMarked
final class DirectedFaultsIT {

  private static final Broker.PublishId KEY = new Broker.PublishId("key", true);

  /** How many hints are lost, one after the other; more, to measure. */
  private static final int LOST_HINTS = Integer.getInteger("sluice.lost-hints", 1);

  private static final WireFaults FAULTS = new WireFaults();

  @SuppressWarnings("NullAway.Init")
  private static TestCluster cluster;

  private static final Map<TestNode, Hub> HUBS = new HashMap<>();

  private static int channels;

  @BeforeAll
  static void start() {
    cluster = TestCluster.of(3, FAULTS::in);
    cluster.nodes.forEach(node -> publish(node, "first", "x")); // partitions have owners now
  }

  @AfterAll
  static void end() {
    cluster.close();
    HUBS.clear();
  }

  private static TestNode node(int index) {
    return cluster.nodes.get(index);
  }

  /** A channel that nobody has used, of an owner. */
  private static String room(TestNode owner) {
    for (; ; ) {
      String room = "room-" + channels++;
      if (cluster.ownerOf(room) == owner) {
        return room;
      }
    }
  }

  private static FakeClient open(TestNode node, String room, Start start) {
    Hub hub =
        HUBS.computeIfAbsent(
            node, at -> new Hub(at.loops, at.broker, HubSettings.usual(), at.metrics));
    FakeClient client = new FakeClient();
    Loop loop = node.loops.get(0);
    loop.execute(() -> client.reader = hub.open(loop, room, start, client));
    TestMembers.await(() -> on(node, () -> client.at != null));
    return client;
  }

  private static <T> T on(TestNode node, java.util.function.Supplier<T> question) {
    return TestCluster.await(
        Future.future(done -> node.loops.get(0).execute(() -> done.complete(question.get()))));
  }

  private static void sees(TestNode node, FakeClient client, String... data) {
    TestMembers.await(() -> on(node, () -> client.seen.size() >= data.length));
    assertThat(on(node, () -> List.copyOf(client.seen))).containsExactly(data);
    assertThat(on(node, () -> List.copyOf(client.gaps))).isEmpty();
  }

  private static Future<Broker.Published> sent(
      TestNode node, String room, Broker.PublishId id, String data) {
    return node.broker.publish(
        room,
        new Broker.Publication(
            id, null, null, Event.Kind.TEXT, data.getBytes(StandardCharsets.UTF_8)));
  }

  private static Broker.Published.Stored publish(TestNode node, String room, String data) {
    return (Broker.Published.Stored)
        TestCluster.await(sent(node, room, new Broker.PublishId("own", false), data));
  }

  private static void killAndReplace(TestNode owner) {
    int index = cluster.nodes.indexOf(owner);
    HUBS.remove(owner);
    owner.close();
    cluster.whole(2);
    cluster.startAgain(index);
    cluster.whole(3);
  }

  @Test
  void aBackupThatHidAHoleIsBroughtUpToDateBeforeItOwns() {
    TestNode owner = node(0);
    String room = room(owner);
    FakeClient client = open(node(1), room, Start.HEAD);
    FakeClient other = open(node(2), room, Start.HEAD);
    publish(node(1), room, "a");
    FAULTS.pretendedCopies.set(1);
    publish(node(1), room, "b");
    assertThat(FAULTS.pretendedCopies).hasValue(0);
    publish(node(1), room, "c"); // refused at first
    publish(owner, room, "d");
    owner.kill();
    publish(node(2), room, "e"); // to an owner that nobody has told who follows
    sees(node(1), client, "a", "b", "c", "d", "e");
    sees(node(2), other, "a", "b", "c", "d", "e");
    assertThat(publish(node(1), room, "f").position().offset()).isEqualTo(6);
    sees(node(2), other, "a", "b", "c", "d", "e", "f");
    killAndReplace(owner);
  }

  @Test
  void aRetryOfAPublishWhoseCopyFailedIsInTheCopyAndOnlyOnce() {
    TestNode owner = node(1);
    String room = room(owner);
    FakeClient client = open(node(2), room, Start.HEAD);
    publish(node(0), room, "a");
    FAULTS.failedCopies.set(1);
    Broker.Published.Stored retried =
        (Broker.Published.Stored) TestCluster.await(sent(node(0), room, KEY, "b"));
    assertThat(FAULTS.failedCopies).hasValue(0);
    assertThat(node(0).counted("sluice_cluster_operations", "append-retry")).isPositive();
    String unknown = room(owner);
    FAULTS.failedCopies.set(1);
    Future<Broker.Published> first = sent(node(0), unknown, KEY, "x"); // the owner alone has it
    TestMembers.await(() -> FAULTS.failedCopies.get() == 0);
    owner.kill();
    assertThat(((Broker.Published.Stored) TestCluster.await(first)).position().offset())
        .isEqualTo(1);
    Broker.Published.Stored again =
        (Broker.Published.Stored) TestCluster.await(sent(node(2), room, KEY, "b"));
    assertThat(again.repeated()).isTrue();
    assertThat(again.position()).isEqualTo(retried.position());
    publish(node(2), room, "c");
    sees(node(2), client, "a", "b", "c");
    killAndReplace(owner);
  }

  @Test
  void whenTheRecordIsGoneEachReaderIsToldOnceAndGoesOn() {
    String room = room(node(2));
    List<TestNode> nodes = List.copyOf(cluster.nodes);
    List<FakeClient> clients = new ArrayList<>();
    nodes.forEach(node -> clients.add(open(node, room, Start.HEAD)));
    publish(node(0), room, "a");
    for (int i = 0; i < 3; i++) {
      sees(nodes.get(i), clients.get(i), "a");
    }
    node(0).hazelcast.getMap(HazelcastSettings.CHANNELS).delete(room);
    publish(node(1), room, "b");
    for (int i = 0; i < 3; i++) {
      FakeClient client = clients.get(i);
      TestNode node = nodes.get(i);
      TestMembers.await(() -> on(node, () -> client.seen.size() >= 2));
      assertThat(on(node, () -> List.copyOf(client.seen))).containsExactly("a", "b");
      assertThat(on(node, client::told)).containsExactly(Gap.Reason.EPOCH);
    }
    publish(node(2), room, "c");
    TestMembers.await(() -> on(node(0), () -> clients.get(0).seen.size() >= 3));
  }

  @Test
  void aLostHintOnAQuietChannelShowsByItself() {
    String room = room(node(0));
    FakeClient client = open(node(2), room, Start.HEAD);
    String[] all = new String[LOST_HINTS];
    List<Long> tookMs = new ArrayList<>();
    for (int i = 0; i < LOST_HINTS; i++) {
      all[i] = "e" + i;
      after(node(1), i * 977L % 1_000); // at another moment between two rounds each time
      FAULTS.lostHints.set(1);
      long before = System.nanoTime();
      publish(node(1), room, all[i]);
      sees(node(2), client, Arrays.copyOf(all, i + 1));
      assertThat(FAULTS.lostHints).hasValue(0);
      tookMs.add((System.nanoTime() - before) / 1_000_000);
    }
    assertThat(tookMs).as("ten times 3 s").allMatch(ms -> ms < 30_000);
    if (LOST_HINTS > 1) {
      System.out.println("a lost hint showed after ms: " + tookMs.stream().sorted().toList());
    }
  }

  private static void after(TestNode node, long ms) {
    Loop loop = node.loops.get(0);
    TestCluster.<@Nullable Void>await(
        Future.future(done -> loop.execute(() -> loop.after(ms, done::complete))));
  }

  @Test
  void aPublishIsOneOperationAndOneMessageToEachOtherNodeThatReads() {
    String room = room(node(0));
    FakeClient one = open(node(0), room, Start.HEAD);
    FakeClient two = open(node(2), room, Start.HEAD);
    double operations = node(1).counted("sluice_cluster_operations", "append");
    double messages = node(1).counted("sluice_cluster_messages", "hints");
    String[] all = new String[20];
    for (int i = 0; i < all.length; i++) {
      all[i] = "e" + i;
      publish(node(1), room, all[i]);
    }
    sees(node(0), one, all);
    sees(node(2), two, all);
    assertThat(node(1).counted("sluice_cluster_operations", "append") - operations).isEqualTo(20);
    assertThat(node(1).counted("sluice_cluster_messages", "hints") - messages)
        .isBetween(2.0, 40.0); // what gathers on the way to a node goes as one
  }

  @Test
  void aStormOfClientsAtAnotherNodeIsOneLook() {
    String room = room(node(0));
    List<Position> positions = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      positions.add(publish(node(1), room, "e" + i).position());
    }
    double before = node(2).counted("sluice_cluster_operations", "look");
    List<Future<Broker.Slice>> answers = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      Position at = positions.get(i % 100 == 0 ? i / 100 % 10 : 9);
      answers.add(node(2).broker.follow(room, new Start.After(at), new Broker.Page(100, 1 << 20)));
    }
    for (Future<Broker.Slice> answer : answers) {
      Broker.Slice slice = TestCluster.await(answer);
      assertThat(slice.gap()).isNull();
      assertThat(slice.head()).isEqualTo(positions.get(9));
    }
    assertThat(node(2).counted("sluice_cluster_operations", "look") - before).isEqualTo(1);
    node(2).broker.unfollow(room);
    assertThat(Objects.requireNonNull(TestCluster.await(node(2).broker.inspect(room))).followed())
        .isTrue();
  }
}
