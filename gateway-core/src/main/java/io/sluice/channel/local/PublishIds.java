package io.sluice.channel.local;

import io.sluice.channel.Position;
import io.sluice.channel.log.Budget;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ids of recent publishes of one shard, kept by time: {@code docs/protocol.md} PUB-7. */
final class PublishIds {

  private final Map<Key, Remembered> known = new HashMap<>();
  private final ArrayDeque<Remembered> byAge = new ArrayDeque<>();
  private final Budget budget;
  private final long keepMs;

  PublishIds(Budget budget, long keepMs) {
    this.budget = budget;
    this.keepMs = keepMs;
  }

  private record Key(String channel, String id) {}

  /**
   * A publish that was answered.
   *
   * @param fingerprint of its content
   * @param atMs when, on the owner's monotonic clock
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by Arrays.equals where it matters
  record Remembered(String channel, String id, Position position, byte[] fingerprint, long atMs) {}

  @Nullable Remembered find(String channel, String id) {
    return known.get(new Key(channel, id));
  }

  /** Makes room for one more; {@link #add} must follow. */
  boolean tryReserve() {
    return budget.tryTake(1);
  }

  void add(Remembered remembered) {
    known.put(new Key(remembered.channel, remembered.id), remembered);
    byAge.add(remembered);
  }

  void expire(long nowMs) {
    for (Remembered oldest = byAge.peek();
        oldest != null && nowMs - oldest.atMs >= keepMs;
        oldest = byAge.peek()) {
      byAge.remove();
      known.remove(new Key(oldest.channel, oldest.id));
      budget.take(-1);
    }
  }

  boolean isEmpty() {
    return byAge.isEmpty();
  }

  /** All of them, from the oldest on. */
  List<Remembered> all() {
    return new ArrayList<>(byAge);
  }
}
