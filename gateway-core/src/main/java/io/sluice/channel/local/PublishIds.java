package io.sluice.channel.local;

import io.sluice.channel.Broker;
import io.sluice.channel.Position;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** 128 bits that stand for a publish's name, type and data. */
  static byte[] fingerprint(Broker.Publication publication) {
    MessageDigest digest = sha256();
    update(digest, publication.name());
    update(digest, publication.type());
    digest.update(publication.data());
    return Arrays.copyOf(digest.digest(), 16);
  }

  private static void update(MessageDigest digest, @Nullable String text) {
    byte[] bytes = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    digest.update((byte) (text == null ? 0 : 1));
    digest.update((byte) (bytes.length >>> 8));
    digest.update((byte) bytes.length);
    digest.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
