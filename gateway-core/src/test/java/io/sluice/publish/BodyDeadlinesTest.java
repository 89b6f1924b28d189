package io.sluice.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.FakeLoops;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** Each body has its whole time, and no more. */
@NullMarked
final class BodyDeadlinesTest {

  private final FakeLoops loops = new FakeLoops(1);
  private final BodyDeadlines deadlines = new BodyDeadlines(loops.loop(0), 1_000);
  private final List<String> late = new ArrayList<>();

  private BodyDeadlines.Deadline begin(String name) {
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
    BodyDeadlines.Deadline first = begin("first");
    BodyDeadlines.Deadline middle = begin("middle");
    begin("slow");
    BodyDeadlines.Deadline last = begin("last");
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
    List<BodyDeadlines.Deadline> others = new ArrayList<>();
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
}
