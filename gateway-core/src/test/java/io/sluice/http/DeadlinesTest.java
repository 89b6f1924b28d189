package io.sluice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.channel.FakeLoops;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Each has its whole time, and no more. */
@NullMarked
final class DeadlinesTest {

  private final FakeLoops loops = new FakeLoops(1);
  private final Deadlines deadlines = new Deadlines(loops.loop(0), 1_000);
  private final List<String> late = new ArrayList<>();

  private Deadlines.Deadline begin(String name) {
    return deadlines.begin(() -> late.add(name));
  }

  @Test
  void eachIsLateWhenItsOwnTimeIsOver() {
    begin("a");
    loops.advance(400);
    begin("b");
    loops.advance(599);
    assertThat(late).isEmpty();
    loops.advance(1);
    assertThat(late).containsExactly("a");
    loops.advance(399);
    assertThat(late).containsExactly("a");
    loops.advance(1);
    assertThat(late).containsExactly("a", "b");
  }

  @Test
  void oneThatIsThereIsNeverLate() {
    Deadlines.Deadline first = begin("first");
    Deadlines.Deadline middle = begin("middle");
    begin("slow");
    Deadlines.Deadline last = begin("last");
    middle.cancel();
    first.cancel();
    last.cancel();
    last.cancel();
    loops.advance(5_000);
    assertThat(late).containsExactly("slow");

    begin("later");
    loops.advance(999);
    assertThat(late).containsExactly("slow");
    loops.advance(1);
    assertThat(late).containsExactly("slow", "later");
  }

  @Test
  void whatIsLateMayEndOthersAndBeginAnew() {
    List<Deadlines.Deadline> others = new ArrayList<>();
    deadlines.begin(
        () -> {
          others.get(0).cancel();
          begin("again");
        });
    others.add(begin("other"));
    loops.advance(1_500);
    assertThat(late).isEmpty();
    loops.advance(500);
    assertThat(late).containsExactly("again");
  }

  @Test
  void whatBeginsInATaskDelaysNoneThatBeganBefore() {
    deadlines.begin(() -> begin("again"));
    loops.advance(300);
    begin("other");
    loops.advance(999);
    assertThat(late).isEmpty();
    loops.advance(1);
    assertThat(late).containsExactly("other");
    loops.advance(700);
    assertThat(late).containsExactly("other", "again");
  }

  @Test
  void aTaskThatFailsStopsNoOther() {
    deadlines.begin(
        () -> {
          throw new IllegalStateException("a defect");
        });
    begin("other");
    assertThatThrownBy(() -> loops.advance(1_000)).hasMessage("a defect");
    loops.advance(0);
    assertThat(late).containsExactly("other");
  }

  @Test
  void manyThatEndAtOnceLeaveTheLoopTimeForOthers() {
    deadlines.begin(() -> loops.loop(0).execute(() -> late.add("between")));
    for (int i = 0; i < 200; i++) {
      begin("x");
    }
    loops.advance(1_000);
    assertThat(late).hasSize(201);
    assertThat(late.indexOf("between")).isLessThan(100);
  }
}
