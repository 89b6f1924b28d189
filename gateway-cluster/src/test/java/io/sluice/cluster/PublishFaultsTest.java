package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.cluster.FakeCluster.Kind;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What becomes of a publish if something is put exactly on its way. */
@NullMarked
final class PublishFaultsTest {

  private static final String ROOM = "room";
  private static final Broker.PublishId KEY = new Broker.PublishId("key", true);

  private final FakeCluster cluster = new FakeCluster(3);

  private FakeClient reads(int node) {
    FakeClient client = cluster.node(node).open(ROOM, Start.HEAD);
    cluster.settle();
    assertThat(client.atHead).isTrue();
    return client;
  }

  private Future<Broker.Published> publish(int node, String data) {
    Future<Broker.Published> answer = cluster.node(node).publish(ROOM, data);
    cluster.settle();
    return answer;
  }

  private static Broker.Published.Stored stored(Future<Broker.Published> answer) {
    assertThat(answer.succeeded()).as("%s", answer).isTrue();
    return (Broker.Published.Stored) answer.result();
  }

  private static void isRefused(Future<Broker.Published> answer) {
    assertThat(answer.cause())
        .isInstanceOfSatisfying(
            Broker.Unavailable.class, why -> assertThat(why.isPerhapsDone()).isFalse());
  }

  private void hold(Kind kind, int node) {
    cluster.hold(step -> step.kind() == kind && step.node().index == node);
  }

  private FakeCluster.Step only(Kind kind) {
    assertThat(cluster.all(kind)).hasSize(1);
    return cluster.all(kind).get(0);
  }

  private Position head() {
    return Objects.requireNonNull(cluster.record(ROOM)).head();
  }

  @Test
  void aBackupThatLacksAnEventRefusesTheNextAndIsBroughtUpToDate() {
    FakeClient client = reads(2);
    publish(0, "a");
    hold(Kind.COPY, 0);
    Future<Broker.Published> hidden = publish(0, "b");
    cluster.pretend(only(Kind.COPY));
    cluster.release();
    cluster.settle();
    stored(hidden);
    Future<Broker.Published> next = publish(0, "c");
    assertThat(next.isComplete()).isFalse(); // the backup has refused it
    assertThat(cluster.stores.get(1).keeper.held().holes().sum()).isPositive();
    assertThat(client.seen).containsExactly("a", "b");
    cluster.advance(2_000);
    stored(next);
    cluster.killOwner();
    cluster.round();
    stored(publish(1, "d"));
    assertThat(client.seen).containsExactly("a", "b", "c", "d");
    assertThat(client.gaps).isEmpty();
    assertThat(head().offset()).isEqualTo(4);
  }

  @Test
  void anEventThatOnlyTheOwnerHasIsShownToNobody() {
    FakeClient client = reads(2);
    publish(0, "a");
    hold(Kind.COPY, 0);
    Future<Broker.Published> answer = publish(0, "b");
    cluster.lose(only(Kind.COPY));
    cluster.hold(step -> step.node().index == 0); // who published is silent from now on
    FakeClient late = cluster.node(1).open(ROOM, new Start.Rewind(5));
    cluster.compare(cluster.node(2));
    cluster.advance(400);
    assertThat(client.seen).containsExactly("a");
    assertThat(late.at).isNull(); // the backup does not confirm
    cluster.killOwner();
    cluster.round();
    cluster.advance(1_000);
    assertThat(late.seen).containsExactly("a");
    assertThat(client.seen).containsExactly("a");
    cluster.release();
    cluster.advance(1_000);
    stored(answer);
    cluster.round();
    assertThat(client.seen).containsExactly("a", "b");
    assertThat(late.seen).containsExactly("a", "b");
    assertThat(client.gaps).isEmpty();
  }

  @Test
  void aRetryAnsweredFromItsMemoIsBackedUpAgain() {
    FakeClient client = reads(2);
    publish(0, "a");
    hold(Kind.COPY, 0);
    Future<Broker.Published> answer = publish(0, "b");
    cluster.lose(only(Kind.COPY));
    cluster.release();
    cluster.advance(100);
    assertThat(stored(answer).position().offset()).isEqualTo(2);
    assertThat(cluster.stores.get(1).keeper.held().holes().sum()).isZero();
    cluster.killOwner();
    cluster.round();
    assertThat(head()).isEqualTo(stored(answer).position());
    assertThat(client.seen).containsExactly("a", "b");
    assertThat(client.gaps).isEmpty();
  }

  @Test
  void theSameIdThroughAnotherNodeAddsNothingAndIsBackedUpAgain() {
    FakeClient client = reads(2);
    publish(0, "x");
    hold(Kind.COPY, 0);
    Future<Broker.Published> first = cluster.node(0).publish(ROOM, KEY, "a");
    cluster.settle();
    cluster.lose(only(Kind.COPY));
    cluster.hold(step -> step.node().index == 0);
    Future<Broker.Published> again = cluster.node(1).publish(ROOM, KEY, "a");
    cluster.settle();
    assertThat(stored(again).repeated()).isTrue();
    assertThat(stored(again).position().offset()).isEqualTo(2);
    cluster.killOwner();
    cluster.release();
    cluster.advance(100);
    assertThat(stored(first).position()).isEqualTo(stored(again).position());
    cluster.round();
    assertThat(head().offset()).isEqualTo(2);
    assertThat(client.seen).containsExactly("x", "a");
  }

  @Test
  void whatABackupTakesOverOfOtherNodesIsKnownAgainThere() {
    FakeClient client = reads(2);
    publish(0, "x");
    cluster.hold(step -> step.kind() == Kind.COPY);
    Future<Broker.Published> first = publish(0, "a");
    Future<Broker.Published> second = publish(1, "b");
    List<FakeCluster.Step> copies = cluster.all(Kind.COPY);
    cluster.lose(copies.get(0));
    cluster.lose(copies.get(1));
    cluster.hold(step -> step.node().index == 1);
    cluster.advance(100); // the first is tried again, and the second goes with it to the backup
    stored(first);
    cluster.killOwner();
    cluster.release();
    cluster.advance(1_000);
    assertThat(stored(second).position().offset()).isEqualTo(3);
    cluster.round();
    assertThat(head().offset()).isEqualTo(3);
    assertThat(client.seen).containsExactly("x", "a", "b");
    assertThat(client.gaps).isEmpty();
  }

  @Test
  void anOwnerThatSeesNoMajorityAppendsNothing() {
    FakeClient client = reads(2);
    publish(0, "a");
    cluster.owner().members = 1;
    Future<Broker.Published> answer = publish(0, "b");
    isRefused(answer);
    assertThat(head().offset()).isEqualTo(1);
    cluster.owner().members = 3;
    stored(publish(0, "c"));
    assertThat(client.seen).containsExactly("a", "c");
  }

  @Test
  void publishesThatGatherGoAsOneRequestAndOneHintToEachNode() {
    List<FakeClient> clients = List.of(reads(0), reads(1), reads(2));
    FakeNode node = cluster.node(1);
    long before = node.counted.operations("append");
    hold(Kind.ANSWER, 1);
    List<Future<Broker.Published>> answers = new ArrayList<>();
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add("e" + i);
      answers.add(publish(1, "e" + i));
    }
    cluster.release();
    cluster.settle();
    assertThat(answers).allSatisfy(answer -> stored(answer));
    assertThat(node.counted.operations("append")).isEqualTo(before + 2);
    assertThat(node.counted.messages("hints")).isEqualTo(2 * 2);
    assertThat(clients).allSatisfy(client -> assertThat(client.seen).isEqualTo(all));
  }

  @Test
  void publishesBeyondWhatMayWaitAreRefused() {
    hold(Kind.ASK, 0);
    List<Future<Broker.Published>> answers = new ArrayList<>();
    for (int i = 0; i < 1 + Line.MAX_WAITING; i++) {
      answers.add(cluster.node(0).publish(ROOM, "e" + i));
    }
    cluster.settle();
    Future<Broker.Published> tooMany = publish(0, "x");
    isRefused(tooMany);
    assertThat(cluster.node(0).counter("sluice_cluster_publishes_refused")).isEqualTo(1);
    cluster.release();
    cluster.settle();
    assertThat(answers).allSatisfy(answer -> stored(answer));
    assertThat(head().offset()).isEqualTo(1 + Line.MAX_WAITING);
  }

  @Test
  void largePublishesBeyondTheBytesThatMayWaitAreRefused() {
    hold(Kind.ASK, 0);
    String large = "x".repeat(1 << 20);
    int fit = (int) (Line.MAX_WAITING_BYTES >> 20) - 1; // each takes a little more than its data
    List<Future<Broker.Published>> answers = new ArrayList<>();
    for (int i = 0; i < 1 + fit; i++) {
      answers.add(cluster.node(0).publish(ROOM, i + large));
    }
    cluster.settle();
    isRefused(publish(0, large));
    Future<Broker.Published> small = publish(0, "small");
    cluster.release();
    cluster.settle();
    assertThat(answers).allSatisfy(answer -> stored(answer));
    stored(small);
    assertThat(head().offset()).isEqualTo(2 + fit);
  }

  @Test
  void anIdThatIsUsedAgainAfterItWasForgottenIsKnownToTheBackup() {
    Future<Broker.Published> first = cluster.node(0).publish(ROOM, KEY, "a");
    cluster.settle();
    stored(first);
    cluster.advance(1);
    cluster.loops.advance(700_000); // ids are kept for ten minutes
    Future<Broker.Published> second = cluster.node(0).publish(ROOM, KEY, "b");
    cluster.settle();
    assertThat(stored(second).repeated()).isFalse();
    cluster.killOwner();
    Future<Broker.Published> again = cluster.node(1).publish(ROOM, KEY, "b");
    cluster.settle();
    assertThat(stored(again).repeated()).isTrue();
    assertThat(stored(again).position()).isEqualTo(stored(second).position());
  }

  @Test
  void aReaderThatSawWhatALostBackupHadIsTold() {
    FakeClient client = reads(2);
    publish(0, "a");
    hold(Kind.COPY, 0);
    publish(0, "b");
    cluster.pretend(only(Kind.COPY));
    cluster.release();
    cluster.settle();
    assertThat(client.seen).containsExactly("a", "b");
    cluster.killOwner(); // the only one who had "b", whatever its backup said
    stored(publish(1, "c"));
    cluster.round();
    cluster.round();
    assertThat(client.told()).containsExactly(Gap.Reason.UNKNOWN);
    stored(publish(1, "d"));
    assertThat(client.seen).last().isEqualTo("d");
  }
}
