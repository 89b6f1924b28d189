package io.sluice.channel.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.channel.Event;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** A ring keeps what a map would. */
final class EventRingTest {

  private static Event event(long offset) {
    return new Event(offset, (int) offset * 31, null, null, Event.Kind.TEXT, new byte[1], 0);
  }

  /** Steps 0 to 5 add an event, 6 to 8 take the oldest out, 9 lets go of all. */
  @Property
  void keepsWhatWasAddedUntilItIsTakenOut(
      @ForAll @LongRange(min = 1, max = 1L << 40) long first,
      @ForAll List<@IntRange(max = 9) Integer> steps) {
    EventRing ring = new EventRing(first);
    TreeMap<Long, Event> model = new TreeMap<>();
    long next = first;
    for (int step : steps) {
      if (step <= 5) {
        Event added = event(next);
        ring.add(added, next * 7);
        model.put(next++, added);
      } else if (step <= 8 && !model.isEmpty()) {
        assertThat(ring.removeFirst()).isSameAs(model.pollFirstEntry().getValue());
      } else if (step == 9) {
        ring.clear();
        model.clear();
      }
      ring.shrink();
      assertThat(ring.size()).isEqualTo(model.size());
      assertThat(ring.last()).isEqualTo(next - 1);
      assertThat(ring.first()).isEqualTo(model.isEmpty() ? next : model.firstKey());
      model.forEach(
          (offset, kept) -> {
            assertThat(ring.at(offset)).isSameAs(kept);
            assertThat(ring.appendedMs(offset)).isEqualTo(offset * 7);
          });
    }
  }

  @Test
  void whatIsNotKeptIsADefectToAskFor() {
    EventRing ring = new EventRing(5);
    ring.add(event(5), 0);
    assertThatThrownBy(() -> ring.at(4)).hasMessageContaining("no event 4 (keeps 5 to 5)");
    assertThatThrownBy(() -> ring.at(6)).hasMessageContaining("no event 6");
  }
}
