package io.sluice.cluster.history;

import static io.sluice.cluster.history.Forged.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.channel.Position;
import io.sluice.cluster.history.Attempt.Answer;
import org.junit.jupiter.api.Test;

/** Each kind of violation is found in a history that has it, and in no other. */
final class CheckerTest {

  private final Forged forged = new Forged();

  /** One reader of channel {@code c} from the beginning of epoch 1. */
  private Forged.Hand reader() {
    return forged.reader("r", "c");
  }

  /** Acknowledges {@code e1} to {@code eN} at offsets 1 to N of epoch 1. */
  private void published(int count) {
    for (int i = 1; i <= count; i++) {
      forged.acknowledged("c", "e" + i, 1, i);
    }
  }

  private void onlyFound(Kind kind, int count) {
    Verdict verdict = forged.verdict();
    for (Kind each : Kind.values()) {
      assertThat(verdict.count(each))
          .as("%s: %s", each.word(), verdict.examples(each))
          .isEqualTo(each == kind ? count : 0);
    }
    assertThat(verdict.holds()).isFalse();
    assertThat(verdict.examples(kind)).hasSize(Math.min(count, Verdict.EXAMPLES));
  }

  private void found(Kind one, int count, Kind other, int otherCount) {
    Verdict verdict = forged.verdict();
    assertThat(verdict.count(one)).as(one.word()).isEqualTo(count);
    assertThat(verdict.count(other)).as(other.word()).isEqualTo(otherCount);
  }

  private void holds() {
    Verdict verdict = forged.verdict();
    assertThat(verdict.holds()).as(verdict + ": " + forged.history()).isTrue();
    assertThat(verdict)
        .hasToString("lost=0 repeated=0 reordered=0 phantom=0 silent-gap=0 cross-talk=0");
  }

  // Lost.

  @Test
  void anAcknowledgedEventThatAReaderNeverSawIsLost() {
    reader().stood("c", 1, 0);
    published(2);
    reader().saw("c", "e1", 1, 1);
    onlyFound(Kind.LOST, 1);
  }

  @Test
  void oneThatOnlyAnotherReaderSawIsLostEvenIfItWasNotAcknowledged() {
    reader().stood("c", 1, 0);
    forged.reader("other", "c").stood("c", 1, 0);
    forged.unknown("c", "e1");
    forged.reader("other", "c").saw("c", "e1", 1, 1);
    onlyFound(Kind.LOST, 1);
  }

  @Test
  void oneThatAnotherEventTookThePlaceOfIsLostAndOutOfOrder() {
    reader().stood("c", 1, 0);
    forged.acknowledged("c", "e1", 1, 1).unknown("c", "usurper");
    reader().saw("c", "usurper", Forged.hash("usurper"), new Position(1, 1, 77));
    assertThat(forged.verdict().count(Kind.LOST)).isEqualTo(1);
    assertThat(forged.verdict().count(Kind.REORDERED)).isEqualTo(1);
  }

  @Test
  void aGapExcusesOnlyWhatItMayStandFor() {
    reader().stood("c", 1, 0);
    published(4);
    reader().told("c", "trimmed", 1, 2).saw("c", "e3", 1, 3);
    onlyFound(Kind.LOST, 1);
  }

  @Test
  void aGapIntoAnotherEpochExcusesNothingThatIsPublishedToTheOldOneAfterwards() {
    reader().stood("c", 1, 0).told("c", "epoch", 2, 0);
    published(1);
    onlyFound(Kind.LOST, 1);
  }

  @Test
  void aGapIntoAnotherEpochExcusesNothingOfTheNewOneBehindIt() {
    reader().stood("c", 1, 0);
    forged.acknowledged("c", "new", 2, 1);
    reader().told("c", "epoch", 2, 0);
    onlyFound(Kind.LOST, 1);
  }

  @Test
  void anEventOfAnEpochThatAReaderNeverLearnedOfIsLost() {
    reader().stood("c", 1, 0);
    forged.acknowledged("c", "new", 2, 1);
    onlyFound(Kind.LOST, 1);
  }

  @Test
  void theFirstExamplesAreKeptAndAllAreCounted() {
    reader().stood("c", 1, 0);
    published(9);
    onlyFound(Kind.LOST, 9);
    assertThat(forged.verdict().examples(Kind.LOST).get(0))
        .contains("r in c never saw e1 in c at")
        .contains("it ended at");
  }

  @Test
  void noLaterGapExcusesAHole() {
    reader().stood("c", 1, 0);
    published(5);
    reader().saw("c", "e1", 1, 1).saw("c", "e3", 1, 3).told("c", "trimmed", 1, 5);
    found(Kind.LOST, 1, Kind.SILENT_GAP, 1);
  }

  @Test
  void noLaterEpochExcusesAHole() {
    reader().stood("c", 1, 0);
    published(3);
    reader().saw("c", "e1", 1, 1).saw("c", "e3", 1, 3);
    reader().told("c", "epoch", 2, 0).told("c", "epoch", 3, 0);
    found(Kind.LOST, 1, Kind.SILENT_GAP, 1);
  }

  @Test
  void leavingExcusesNoHole() {
    reader().stood("c", 1, 0);
    published(4);
    reader().saw("c", "e1", 1, 1).saw("c", "e3", 1, 3).left("c");
    found(Kind.LOST, 1, Kind.SILENT_GAP, 1);
  }

  @Test
  void aGapExcusesNothingThatIsPublishedAfterwardsToAnEpochThatItDoesNotName() {
    reader().stood("c", 1, 0).told("c", "epoch", 2, 0);
    forged.acknowledged("c", "other", 3, 1);
    onlyFound(Kind.LOST, 1);
  }

  // Not lost.

  @Test
  void aGapExcusesWhatWasPublishedBeforeToAnEpochThatTheReaderNeverStoodIn() {
    reader().stood("c", 1, 0);
    forged.acknowledged("c", "other", 3, 1);
    reader().told("c", "epoch", 2, 0);
    holds();
  }

  @Test
  void aReaderOwesNothingFromBeforeItsFirstPosition() {
    published(2);
    reader().stood("c", 1, 2);
    holds();
  }

  @Test
  void aReaderOwesNothingOfAnEpochFromBeforeItsFirstPosition() {
    published(2);
    reader().stood("c", 2, 0);
    holds();
  }

  @Test
  void aReaderThatLeftOwesWhatLiesUpToItsLastPositionOnly() {
    reader().stood("c", 1, 0);
    published(3);
    reader().saw("c", "e1", 1, 1).left("c");
    holds();
  }

  @Test
  void aReaderThatNeverGotAPositionOwesNothing() {
    reader();
    published(3);
    holds();
  }

  @Test
  void refusedPublishesAndUnknownOnesThatNobodySawAreNotLost() {
    reader().stood("c", 1, 0);
    forged.refused("c", "no").unknown("c", "perhaps");
    holds();
  }

  // Repeated.

  @Test
  void aPositionThatCameTwiceIsRepeated() {
    reader().stood("c", 1, 0);
    published(2);
    reader().saw("c", "e1", 1, 1).saw("c", "e1", 1, 1).saw("c", "e2", 1, 2);
    onlyFound(Kind.REPEATED, 1);
  }

  @Test
  void aPositionThatCameAgainMuchLaterIsRepeated() {
    reader().stood("c", 1, 0);
    published(2);
    reader().saw("c", "e1", 1, 1).saw("c", "e2", 1, 2).stood("c", 1, 0).saw("c", "e1", 1, 1);
    onlyFound(Kind.REPEATED, 1);
  }

  @Test
  void aPublishThatStandsTwiceInItsEpochIsRepeated() {
    reader().stood("c", 1, 0);
    published(1);
    reader().saw("c", "e1", 1, 1).saw("c", "e1", 1, 2);
    onlyFound(Kind.REPEATED, 1);
  }

  @Test
  void twoAnswersWithTwoPlacesAreRepeatedThoughNobodyReads() {
    forged.acknowledged("c", "e1", 1, 1).acknowledged("c", "e1", 1, 2);
    onlyFound(Kind.REPEATED, 1);
  }

  // Reordered.

  @Test
  void anOffsetThatFallsIsOutOfOrder() {
    reader().stood("c", 1, 0);
    published(4);
    reader()
        .saw("c", "e1", 1, 1)
        .told("c", "trimmed", 1, 2)
        .saw("c", "e3", 1, 3)
        .saw("c", "e2", 1, 2)
        .saw("c", "e4", 1, 4);
    onlyFound(Kind.REORDERED, 1);
  }

  @Test
  void twoEventsInOnePlaceAreOutOfOrder() {
    forged.acknowledged("c", "a", 1, 1).acknowledged("c", "b", 1, 1);
    onlyFound(Kind.REORDERED, 1);
  }

  @Test
  void twoReadersThatSawTwoOrdersAreFound() {
    reader().stood("c", 1, 0);
    forged.reader("other", "c").stood("c", 1, 0);
    forged.unknown("c", "a").unknown("c", "b");
    reader().saw("c", "a", 1, 1).saw("c", "b", 1, 2);
    forged.reader("other", "c").saw("c", "b", 1, 1).saw("c", "a", 1, 2);
    assertThat(forged.verdict().holds()).isFalse();
  }

  @Test
  void anEventThatIsPublishedLaterAndStandsEarlierIsOutOfOrder() {
    reader().stood("c", 1, 0);
    forged.acknowledged("c", "later", 1, 2).acknowledged("c", "earlier", 1, 1);
    reader().saw("c", "earlier", 1, 1).saw("c", "later", 1, 2);
    onlyFound(Kind.REORDERED, 1);
  }

  @Test
  void theFirstAnswerCountsAndNotTheLast() {
    forged.acknowledged("c", "later", 1, 2);
    forged.acknowledged("c", "earlier", 1, 1);
    forged.acknowledged("c", "later", 1, 2);
    onlyFound(Kind.REORDERED, 1);
  }

  @Test
  void anEventOfUnknownOutcomeBehindThemHidesNothing() {
    reader().stood("c", 1, 0);
    forged.unknown("c", "last");
    forged.acknowledged("c", "later", 1, 2).acknowledged("c", "earlier", 1, 1);
    reader().saw("c", "earlier", 1, 1).saw("c", "later", 1, 2).saw("c", "last", 1, 3);
    onlyFound(Kind.REORDERED, 1);
  }

  @Test
  void aPublishMayStandWhereItsFirstAttemptPutIt() {
    forged.unknown("c", "first").acknowledged("c", "second", 1, 2).acknowledged("c", "first", 1, 1);
    holds();
  }

  @Test
  void oneStampMoreForAPlaceIsOutOfOrder() {
    forged.attempt("c", "e1", Answer.ACKNOWLEDGED, new Position(1, 1, 5));
    forged.attempt("c", "e1", Answer.ACKNOWLEDGED, new Position(1, 1, 6));
    onlyFound(Kind.REORDERED, 1);
  }

  // Phantom.

  @Test
  void anEventThatNobodyPublishedIsAPhantom() {
    reader().stood("c", 1, 0).saw("c", "ghost", 1, 1);
    onlyFound(Kind.PHANTOM, 1);
  }

  @Test
  void anEventThatWasSurelyRefusedIsAPhantom() {
    reader().stood("c", 1, 0);
    forged.refused("c", "e1").refused("c", "e1");
    reader().saw("c", "e1", 1, 1);
    onlyFound(Kind.PHANTOM, 1);
  }

  @Test
  void anEventWithOtherContentIsAPhantom() {
    reader().stood("c", 1, 0);
    forged.unknown("c", "e1");
    reader().saw("c", "e1", "another hash", at(1, 1));
    onlyFound(Kind.PHANTOM, 1);
  }

  @Test
  void anEventOfUnknownOutcomeIsNone() {
    reader().stood("c", 1, 0);
    forged.refused("c", "e1").unknown("c", "e1").refused("c", "e1");
    reader().saw("c", "e1", 1, 1);
    holds();
  }

  // Silent gap.

  @Test
  void aHoleIsASilentGap() {
    reader().stood("c", 1, 0);
    forged.acknowledged("c", "e1", 1, 1).acknowledged("c", "e3", 1, 3);
    reader().saw("c", "e1", 1, 1).saw("c", "e3", 1, 3);
    onlyFound(Kind.SILENT_GAP, 1);
  }

  @Test
  void anotherEpochIsASilentGap() {
    reader().stood("c", 1, 0);
    forged.acknowledged("c", "e1", 2, 1);
    reader().saw("c", "e1", 2, 1);
    onlyFound(Kind.SILENT_GAP, 1);
  }

  @Test
  void anOpeningFurtherAheadIsASilentGap() {
    reader().stood("c", 1, 0).stood("c", 1, 2);
    onlyFound(Kind.SILENT_GAP, 1);
  }

  @Test
  void anOpeningInAnotherEpochIsASilentGap() {
    reader().stood("c", 1, 5).stood("c", 2, 0);
    onlyFound(Kind.SILENT_GAP, 1);
  }

  @Test
  void anOpeningWithAnotherStampIsASilentGap() {
    Forged.Hand reader = reader().stood("c", 1, 5);
    reader.notes.add(new Note.Stood("c", new Position(1, 5, 4711), forged.tick()));
    onlyFound(Kind.SILENT_GAP, 1);
  }

  @Test
  void anEventThatSkipsWhatAGapSaidIsASilentGap() {
    reader().stood("c", 1, 0);
    forged.acknowledged("c", "e9", 1, 9);
    reader().told("c", "trimmed", 1, 5).saw("c", "e9", 1, 9);
    onlyFound(Kind.SILENT_GAP, 1);
  }

  @Test
  void anEventBeforeAnyPositionIsASilentGap() {
    published(1);
    reader().saw("c", "e1", 1, 1);
    onlyFound(Kind.SILENT_GAP, 1);
  }

  // Cross-talk.

  @Test
  void anEventOfAnotherChannelUnderThisOneIsCrossTalk() {
    reader().stood("c", 1, 0);
    forged.acknowledged("d", "e1", 7, 1);
    reader().saw("c", "e1", 1, 1);
    onlyFound(Kind.CROSS_TALK, 1);
  }

  @Test
  void whatWasNotAskedForIsCrossTalk() {
    forged.acknowledged("d", "e1", 7, 1);
    reader().stood("d", 7, 0).saw("d", "e1", 7, 1).told("d", "epoch", 8, 0);
    onlyFound(Kind.CROSS_TALK, 3);
  }

  // A right history.

  @Test
  void aRightHistoryWithGapsRetriesAndUnknownOutcomesHolds() {
    Forged.Hand both = forged.reader("both", "c", "d").stood("c", 1, 0).stood("d", 9, 0);
    reader().stood("c", 1, 0);
    forged.acknowledged("c", "e1", 1, 1).unknown("c", "e2");
    forged.acknowledged("d", "d1", 9, 1);
    both.saw("c", "e1", 1, 1).saw("d", "d1", 9, 1).saw("c", "e2", 1, 2);
    reader().saw("c", "e1", 1, 1).stood("c", 1, 1).saw("c", "e2", 1, 2);
    forged.unknown("c", "never seen").refused("c", "e3").unknown("c", "e3");
    // Answered from its id, twice, and by another node.
    forged.acknowledged("c", "e3", 1, 3).acknowledged("c", "e3", 1, 3);
    forged.reader("late", "c").stood("c", 1, 3);
    both.saw("c", "e3", 1, 3).stood("c", 1, 3).stood("d", 9, 1);
    // All copies are lost: reader r was at 2 and is told once, a publish is appended again.
    forged.unknown("c", "e4");
    both.saw("c", "e4", 1, 4);
    forged.acknowledged("c", "e4", 2, 1);
    reader().told("c", "epoch", 2, 0).saw("c", "e4", 2, 1).left("c");
    both.told("c", "epoch", 2, 0).saw("c", "e4", 2, 1);
    forged.reader("late", "c").told("c", "unknown", 2, 1);
    forged.acknowledged("c", "e5", 2, 2);
    both.saw("c", "e5", 2, 2);
    forged.reader("late", "c").saw("c", "e5", 2, 2);
    holds();
    assertThat(forged.verdict().again()).isEqualTo(1);
  }

  @Test
  void nothingAtAllHolds() {
    holds();
  }

  @Test
  void aLogWithTwoPublishesOfOneIdIsNoLog() {
    forged.unknown("c", "e1").unknown("d", "e1");
    assertThatThrownBy(forged::verdict).isInstanceOf(IllegalArgumentException.class);
  }
}
