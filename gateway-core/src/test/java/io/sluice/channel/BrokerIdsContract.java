package io.sluice.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.Proves;
import io.sluice.channel.Broker.Published;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every broker does with publish ids and questions. Each implementation runs this suite. */
@NullMarked
public abstract class BrokerIdsContract {

  private static final String ROOM = "room";

  /** A new broker whose channels keep this history; ids are kept 5 min, identities 24 h. */
  protected abstract BrokerBed bed(History history);

  private BrokerBed bed = bed(History.DEFAULT);

  @BeforeEach
  void fresh() {
    bed = bed(new History(5, 1 << 20, 120_000));
  }

  private Position publish(int count) {
    Position last = Position.start(0);
    for (int i = 0; i < count; i++) {
      last =
          stored(bed.await(bed.broker().publish(ROOM, BrokerBed.text("made " + i, "event " + i))));
    }
    return last;
  }

  // Publish ids

  @Test
  @Proves("PUB-7")
  void theSameIdReturnsTheFirstAnswerAndAppendsNothing() {
    Position first = stored(bed.await(bed.broker().publish(ROOM, BrokerBed.text("id", "a"))));
    publish(1);

    Published again = bed.await(bed.broker().publish(ROOM, BrokerBed.text("id", "a")));

    assertThat(again).isEqualTo(new Published.Stored(first, true, 0));
    assertThat(bed.await(bed.broker().inspect(ROOM)))
        .isNotNull()
        .satisfies(info -> assertThat(info.count()).isEqualTo(2));
  }

  @Test
  @Proves("PUB-7")
  void theSameIdWithOtherContentIsReused() {
    bed.await(bed.broker().publish(ROOM, BrokerBed.text("id", "a")));

    assertThat(bed.await(bed.broker().publish(ROOM, BrokerBed.text("id", "b"))))
        .isEqualTo(new Published.IdReused());
  }

  @Test
  void theSameIdOnAnotherChannelIsAnotherPublish() {
    bed.await(bed.broker().publish(ROOM, BrokerBed.text("id", "a")));

    Published other = bed.await(bed.broker().publish("other", BrokerBed.text("id", "a")));

    assertThat(other)
        .isInstanceOfSatisfying(
            Published.Stored.class, stored -> assertThat(stored.repeated()).isFalse());
  }

  @Test
  @Proves("PUB-7")
  void anIdIsKnownForItsTimeAndThenForgotten() {
    bed.await(bed.broker().publish(ROOM, BrokerBed.text("id", "a")));
    bed.advance(299_000);
    assertThat(repeated("id")).isTrue();

    bed.advance(2_000);

    assertThat(repeated("id")).isFalse();
  }

  private boolean repeated(String id) {
    return ((Published.Stored) bed.await(bed.broker().publish(ROOM, BrokerBed.text(id, "a"))))
        .repeated();
  }

  private static Position stored(Published published) {
    return ((Published.Stored) published).position();
  }

  // Inspection

  @Test
  void inspectTellsTheHeadAndWhatIsHeld() {
    Position head = publish(7);

    Broker.Info info = bed.await(bed.broker().inspect(ROOM));

    assertThat(info).isNotNull();
    assertThat(info.head()).isEqualTo(head);
    assertThat(info.count()).isEqualTo(5);
    assertThat(info.bytes()).isEqualTo(5L * "event 0".length());
  }

  @Test
  void inspectOfAnUnknownChannelIsNullAndMakesNone() {
    assertThat(bed.await(bed.broker().inspect("nobody"))).isNull();
    assertThat(bed.await(bed.broker().list("", 10))).isEmpty();
  }

  @Test
  void listGoesOnAfterAName() {
    for (String name : List.of("c", "a", "b")) {
      bed.await(bed.broker().publish(name, BrokerBed.text("x", "data")));
    }

    assertThat(bed.await(bed.broker().list("", 2)))
        .extracting(Broker.Info::channel)
        .containsExactly("a", "b");
    assertThat(bed.await(bed.broker().list("b", 2)))
        .extracting(Broker.Info::channel)
        .containsExactly("c");
  }

  @Test
  void pagesOfAnySizeListEveryChannelOnce() {
    List<String> all = new ArrayList<>();
    for (int i = 10; i < 40; i++) { // whoever keeps them
      all.add("room-" + i);
      bed.await(bed.broker().publish("room-" + i, BrokerBed.text("x", "data")));
    }

    for (int limit : new int[] {1, 3, 7, 30, 31}) {
      List<String> listed = new ArrayList<>();
      int full = limit;
      for (String after = ""; full == limit; after = listed.get(listed.size() - 1)) {
        List<Broker.Info> page = bed.await(bed.broker().list(after, limit));
        full = page.size();
        page.forEach(info -> listed.add(info.channel()));
      }
      assertThat(listed).as("pages of %s", limit).isEqualTo(all);
    }
  }
}
