package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Broker;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.cluster.FakeCluster.Kind;
import io.vertx.core.Future;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** When it is known what became of a publish whose answer did not come, and when it is not. */
@NullMarked
final class UnknownOutcomeTest {

  private static final String ROOM = "room";

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

  private static void isUnknown(Future<Broker.Published> answer) {
    assertThat(answer.cause())
        .isInstanceOfSatisfying(
            Broker.Unavailable.class, why -> assertThat(why.isPerhapsDone()).isTrue());
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
  void theMajorityIsLostBeforeTheAcknowledgement() {
    FakeClient own = reads(0);
    FakeClient other = reads(2);
    hold(Kind.ANSWER, 0);
    Future<Broker.Published> answer = publish(0, "a");
    cluster.node(0).refusal = new Broker.Unavailable("no majority");
    cluster.release();
    cluster.settle();
    isUnknown(answer);
    assertThat(own.seen).isEmpty();
    assertThat(other.seen).isEmpty();
    assertThat(cluster.node(0).counted.messages("hints")).isZero();
    cluster.round(); // the others are a majority, and it is stored
    assertThat(other.seen).containsExactly("a");
  }

  @Test
  void aRetryThatFindsTheRecordLostIsUnknownAndNeverASecondEvent() {
    publish(0, "x");
    hold(Kind.ANSWER, 0);
    Future<Broker.Published> answer = publish(0, "a");
    cluster.loseAll();
    cluster.release();
    cluster.advance(1_000);
    isUnknown(answer);
    assertThat(cluster.record(ROOM)).isNull();
  }

  @Test
  void aRetryThatFindsAnotherLifeOfTheLogIsUnknown() {
    for (boolean follows : new boolean[] {false, true}) {
      FakeCluster bed = new FakeCluster(3);
      if (follows) {
        bed.node(0).open(ROOM, Start.HEAD);
      }
      bed.settle();
      bed.hold(step -> step.kind() == Kind.ANSWER && step.node().index == 0);
      Future<Broker.Published> answer = bed.node(0).publish(ROOM, "a");
      bed.settle();
      bed.hold(step -> step.node().index == 0);
      bed.loseAll();
      bed.node(1).publish(ROOM, "b");
      bed.settle();
      bed.release();
      bed.advance(3_000);
      isUnknown(answer);
      assertThat(Objects.requireNonNull(bed.record(ROOM)).head().offset()).isEqualTo(1);
    }
  }

  @Test
  void aLateFirstTryThatComesAfterTheNextRequestAddsNothing() {
    publish(1, "x");
    cluster.advance(2_000); // the record is surely older than the first try
    hold(Kind.ASK, 0);
    Future<Broker.Published> first = publish(0, "a");
    FakeCluster.Step late = only(Kind.ASK);
    cluster.lose(late);
    cluster.release();
    cluster.advance(100);
    stored(first);
    stored(publish(0, "b"));
    cluster.way.add(late);
    cluster.settle();
    assertThat(head().offset()).isEqualTo(3);
  }

  @Test
  void anOwnerThatIsNotOneAnyMoreIsAskedAgainWithoutADoubt() {
    hold(Kind.ASK, 0);
    Future<Broker.Published> answer = publish(0, "a");
    cluster.fail(only(Kind.ASK), new Owners.NotRun(new IllegalStateException("not the owner")));
    cluster.killOwner();
    cluster.sync();
    cluster.release();
    cluster.advance(100);
    assertThat(stored(answer).position().offset()).isEqualTo(1);
  }

  @Test
  void anOwnerThatNeverAnswersIsGivenUp() {
    hold(Kind.ASK, 0);
    Future<Broker.Published> answer = publish(0, "a");
    for (long waited = 0; waited < 2 * Publishing.GIVE_UP_MS; waited += 5_000) {
      cluster.all(Kind.ASK).forEach(cluster::lose);
      cluster.advance(5_000);
    }
    isUnknown(answer);
    cluster.all(Kind.ASK).forEach(cluster::lose);
    cluster.release();
    cluster.settle();
    stored(publish(0, "b"));
    assertThat(head().offset()).isEqualTo(1);
  }

  @Test
  void aRetryWhoseFirstTryWasStoredAddsNothing() {
    FakeClient client = reads(2);
    hold(Kind.ANSWER, 0);
    Future<Broker.Published> answer = publish(0, "a");
    cluster.lose(only(Kind.ANSWER));
    stored(publish(1, "b"));
    stored(publish(1, "c"));
    cluster.release();
    cluster.advance(100);
    assertThat(stored(answer).position().offset()).isEqualTo(1);
    assertThat(client.seen).containsExactly("a", "b", "c");
    assertThat(head().offset()).isEqualTo(3);
  }

  @Test
  void aRetryToANewOwnerThatHasTheCopyAddsNothing() {
    FakeClient client = reads(2);
    publish(0, "x");
    hold(Kind.ANSWER, 0);
    Future<Broker.Published> answer = publish(0, "a");
    cluster.killOwner(); // the backup has acknowledged, the answer is lost
    cluster.release();
    cluster.advance(100);
    assertThat(stored(answer).position().offset()).isEqualTo(2);
    cluster.round();
    assertThat(client.seen).containsExactly("x", "a");
    assertThat(head().offset()).isEqualTo(2);
  }

  @Test
  void theFirstPublishToAChannelWhoseOwnerDiesWithItIsStored() {
    for (Kind where : new Kind[] {Kind.ASK, Kind.COPY, Kind.ANSWER}) {
      FakeCluster bed = new FakeCluster(3);
      bed.hold(step -> step.kind() == where && step.node().index == 0);
      Future<Broker.Published> answer = bed.node(0).publish(ROOM, "a");
      bed.settle();
      assertThat(bed.all(where)).hasSize(1);
      bed.killOwner();
      bed.release();
      bed.advance(1_000);
      assertThat(stored(answer).position().offset()).as("%s", where).isEqualTo(1);
      assertThat(Objects.requireNonNull(bed.record(ROOM)).head())
          .isEqualTo(stored(answer).position());
    }
  }

  @Test
  void itIsStoredAlsoWhereSomebodyElseMakesTheChannelMeanwhile() {
    hold(Kind.ASK, 0);
    Future<Broker.Published> answer = publish(0, "a");
    cluster.killOwner();
    cluster.hold(step -> step.node().index == 0);
    FakeClient client = reads(2);
    stored(publish(1, "b"));
    cluster.release();
    cluster.advance(1_000);
    assertThat(stored(answer).position().offset()).isEqualTo(2);
    assertThat(client.seen).containsExactly("b", "a");
    assertThat(client.gaps).isEmpty();
  }

  @Test
  void aRetryThatTakesLongerThanTheLifeOfTheLogThatItFindsIsUnknown() {
    FakeClient client = reads(2);
    hold(Kind.ANSWER, 0);
    Future<Broker.Published> answer = publish(0, "a"); // stored, as far as others can tell
    cluster.round();
    assertThat(client.seen).containsExactly("a");
    cluster.hold(step -> step.node().index == 0);
    cluster.loseAll();
    stored(publish(1, "b"));
    cluster.advance(100); // it has been sent again, and is on its way for long
    cluster.loops.advance(10_000);
    cluster.release();
    cluster.advance(1_000);
    isUnknown(answer);
    assertThat(head().offset()).isEqualTo(1);
    cluster.round();
    cluster.round();
    assertThat(client.seen).containsExactly("a", "b");
    assertThat(client.told()).containsExactly(Gap.Reason.EPOCH);
  }

  @Test
  void aRetryThatFindsTheRecordForgottenIsUnknown() {
    hold(Kind.ANSWER, 0);
    Future<Broker.Published> answer = publish(0, "a");
    cluster.stores.forEach(FakeStore::forgetAll);
    cluster.lose(only(Kind.ANSWER));
    cluster.release();
    cluster.advance(1_000);
    isUnknown(answer);
    assertThat(cluster.record(ROOM)).isNull();
  }

  @Test
  void aRecordThatWasForgottenBeforeIsNoDoubt() {
    publish(1, "old");
    cluster.loops.advance(50);
    cluster.stores.forEach(FakeStore::forgetAll);
    hold(Kind.ASK, 0);
    Future<Broker.Published> answer = publish(0, "a");
    cluster.lose(only(Kind.ASK));
    cluster.release();
    cluster.advance(1_000);
    assertThat(stored(answer).position().offset()).isEqualTo(1);
  }
}
