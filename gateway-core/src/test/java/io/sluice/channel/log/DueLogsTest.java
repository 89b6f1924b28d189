package io.sluice.channel.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.channel.Event;
import io.sluice.channel.History;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The logs come out in the order of their time, whichever were taken out before. */
@NullMarked
final class DueLogsTest {

  private static final History HISTORY = new History(10, 1 << 20, 1_000);
  private static final ChannelLog.Bounds BOUNDS =
      new ChannelLog.Bounds(HISTORY, new Floor(1 << 20, 100), 0, () -> {}, () -> {});

  private static ChannelLog log(long appendedMs) {
    ChannelLog log = new ChannelLog("room", 1, BOUNDS);
    append(log, appendedMs);
    return log;
  }

  private static void append(ChannelLog log, long nowMs) {
    long offset = log.head().offset() + 1;
    log.append(new Event(offset, 1, null, null, Event.Kind.TEXT, new byte[1], 0), nowMs);
  }

  private static List<ChannelLog> all(DueLogs due) {
    List<ChannelLog> taken = new ArrayList<>();
    for (@Nullable ChannelLog log = due.takeFirst(); log != null; log = due.takeFirst()) {
      taken.add(log);
    }
    return taken;
  }

  @Property
  void theFirstDueComesFirst(
      @ForAll @Size(max = 60) List<@IntRange(max = 40) Integer> times,
      @ForAll @Size(max = 20) List<@IntRange(max = 59) Integer> removed) {
    DueLogs due = new DueLogs();
    List<ChannelLog> logs = times.stream().map(DueLogsTest::log).toList();
    logs.forEach(log -> assertThat(due.add(log)).isTrue());
    List<ChannelLog> left = new ArrayList<>(logs);
    for (int index : removed) {
      if (index < logs.size()) {
        due.remove(logs.get(index));
        left.remove(logs.get(index));
      }
    }
    left.sort(Comparator.comparingLong(ChannelLog::dueMs));

    assertThat(all(due))
        .extracting(ChannelLog::dueMs)
        .isEqualTo(left.stream().map(ChannelLog::dueMs).toList());
    assertThat(due.isEmpty()).isTrue();
    assertThat(logs).allMatch(log -> log.dueIndex == DueLogs.NOWHERE);
  }

  @Test
  void aLogIsThereOnceAndForItsEarliestTime() {
    DueLogs due = new DueLogs();
    ChannelLog log = log(5);
    assertThat(due.add(log)).isTrue();
    append(log, 9);

    assertThat(due.add(log)).isFalse();
    assertThat(due.isDue(1_004)).isFalse();
    assertThat(due.isDue(1_005)).isTrue();
    assertThat(all(due)).containsExactly(log);
  }

  @Test
  void aLogWithoutEventsIsNeverDue() {
    DueLogs due = new DueLogs();
    ChannelLog log = log(5);
    log.delete();

    assertThat(due.add(log)).isFalse();
    assertThat(due.isDue(Long.MAX_VALUE)).isFalse();
    due.remove(log);
    assertThat(due.takeFirst()).isNull();
  }
}
