package io.sluice.cluster;

import io.sluice.channel.Position;
import io.sluice.channel.log.ChannelLog;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes follow which channels of the partitions that this node owns, and where those channels
 * stand. Soft: nothing of it is backed up; each node says again what it follows when it compares.
 *
 * <p>A head in here may not have been backed up yet. It is only ever compared, never shown.
 */
final class Followers {

  private static final long[] NOBODY = {};
  private static final int[] NO_READERS = {};

  /** Of a channel that nobody follows. */
  private static final Followed BY_NOBODY =
      new Followed(Members.UNKNOWN, Position.start(0), 0, NOBODY, NOBODY, NO_READERS);

  private final Map<String, Followed> all = new ConcurrentHashMap<>();
  private final ToIntFunction<String> partitionOf;

  Followers(ToIntFunction<String> partitionOf) {
    this.partitionOf = partitionOf;
  }

  /**
   * A followed channel.
   *
   * @param partition that it is in
   * @param head where its log stands
   * @param deletedTo up to where it was emptied on request
   * @param nodes that follow it
   * @param versions of their last follow, in the same order
   * @param readers that they have, as they said last, in the same order
   */
  @SuppressWarnings("ArrayRecordComponent") // never written once it is in here
  record Followed(
      int partition, Position head, long deletedTo, long[] nodes, long[] versions, int[] readers) {

    /** Which of them a node is; -1 if it does not follow. */
    int indexOf(long node) {
      for (int i = 0; i < nodes.length; i++) {
        if (nodes[i] == node) {
          return i;
        }
      }
      return -1;
    }

    /** Readers on all nodes but one. */
    int readersBut(long node) {
      int sum = 0;
      for (int i = 0; i < nodes.length; i++) {
        sum += nodes[i] == node ? 0 : readers[i];
      }
      return sum;
    }

    /** What is told to a node that follows it. */
    Differences.Entry entry(String channel, long node) {
      int at = indexOf(node);
      return new Differences.Entry(channel, versions[at], head, deletedTo, readers[at]);
    }

    private Followed at(ChannelLog log) {
      return new Followed(partition, log.head(), log.deletedTo(), nodes, versions, readers);
    }

    private Followed with(long node, long version, int count) {
      int index = indexOf(node);
      if (index >= 0 && versions[index] > version) {
        return this;
      }
      int size = index < 0 ? nodes.length + 1 : nodes.length;
      long[] who = Arrays.copyOf(nodes, size);
      long[] which = Arrays.copyOf(versions, size);
      int[] many = Arrays.copyOf(readers, size);
      int at = index < 0 ? size - 1 : index;
      who[at] = node;
      which[at] = version;
      many[at] = count;
      return new Followed(partition, head, deletedTo, who, which, many);
    }

    private @Nullable Followed without(long node, long upTo) {
      int index = indexOf(node);
      if (index < 0 || versions[index] > upTo) {
        return this;
      }
      if (nodes.length == 1) {
        return null;
      }
      int[] rest = Arrays.copyOf(readers, readers.length - 1);
      System.arraycopy(readers, index + 1, rest, index, rest.length - index);
      return new Followed(
          partition, head, deletedTo, drop(nodes, index), drop(versions, index), rest);
    }

    private static long[] drop(long[] from, int index) {
      long[] rest = Arrays.copyOf(from, from.length - 1);
      System.arraycopy(from, index + 1, rest, index, rest.length - index);
      return rest;
    }
  }

  /** A node follows a channel from now on, unless it has said so later already. */
  void note(ChannelLog log, Look.Query follow) {
    all.compute(
        log.channel(),
        (name, known) -> {
          Followed before = known == null ? nobody(log) : known;
          return before.with(follow.node(), follow.version(), follow.readers()).at(log);
        });
  }

  private Followed nobody(ChannelLog log) {
    int partition = partitionOf.applyAsInt(log.channel());
    return new Followed(partition, log.head(), log.deletedTo(), NOBODY, NOBODY, NO_READERS);
  }

  /** A node has another number of readers, of a follow that is noted. */
  void read(String channel, long node, long version, int readers) {
    all.computeIfPresent(
        channel,
        (name, known) -> {
          int at = known.indexOf(node);
          return at >= 0 && known.versions[at] == version
              ? known.with(node, version, readers)
              : known;
        });
  }

  /** A node does not follow a channel any more, unless it has begun anew since. */
  void drop(String channel, long node, long version) {
    all.computeIfPresent(channel, (name, known) -> known.without(node, version));
  }

  /** A node is gone. */
  void dropNode(long node) {
    all.keySet().forEach(channel -> drop(channel, node, Long.MAX_VALUE));
  }

  /** A channel belongs to another owner now. */
  void dropChannel(String channel) {
    all.remove(channel);
  }

  /** Nothing of it is true any more. */
  void clear() {
    all.clear();
  }

  /** Notes where a channel stands now; who follows it. */
  Followed moved(ChannelLog log) {
    Followed now = all.computeIfPresent(log.channel(), (name, known) -> known.at(log));
    return now == null ? BY_NOBODY : now;
  }

  /** Who follows a channel. */
  Followed of(String channel) {
    return all.getOrDefault(channel, BY_NOBODY);
  }

  /** Only those are there: what another has asked before it went may have run after that. */
  void retain(Collection<Long> nodes) {
    for (Map.Entry<String, Followed> each : all.entrySet()) {
      for (long node : each.getValue().nodes()) {
        if (!nodes.contains(node)) {
          drop(each.getKey(), node, Long.MAX_VALUE);
        }
      }
    }
  }

  boolean has(String channel) {
    return all.containsKey(channel);
  }

  /** All of them, as they are while this goes on. */
  Iterable<Map.Entry<String, Followed>> entries() {
    return all.entrySet();
  }
}
