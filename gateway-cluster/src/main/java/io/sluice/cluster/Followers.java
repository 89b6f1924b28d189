package io.sluice.cluster;

import io.sluice.channel.Position;
import io.sluice.channel.log.ChannelLog;
import java.util.Arrays;
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
   */
  @SuppressWarnings("ArrayRecordComponent") // never written once it is in here
  record Followed(int partition, Position head, long deletedTo, long[] nodes, long[] versions) {

    private int indexOf(long node) {
      for (int i = 0; i < nodes.length; i++) {
        if (nodes[i] == node) {
          return i;
        }
      }
      return -1;
    }

    /** The version of a node's last follow; -1 if it does not follow. */
    long version(long node) {
      int index = indexOf(node);
      return index < 0 ? -1 : versions[index];
    }

    private Followed at(ChannelLog log) {
      return new Followed(partition, log.head(), log.deletedTo(), nodes, versions);
    }

    private Followed with(long node, long version) {
      int index = indexOf(node);
      int size = index < 0 ? nodes.length + 1 : nodes.length;
      long[] who = Arrays.copyOf(nodes, size);
      long[] which = Arrays.copyOf(versions, size);
      int at = index < 0 ? size - 1 : index;
      who[at] = node;
      which[at] = Math.max(version, which[at]);
      return new Followed(partition, head, deletedTo, who, which);
    }

    private @Nullable Followed without(long node, long upTo) {
      int index = indexOf(node);
      if (index < 0 || versions[index] > upTo) {
        return this;
      }
      if (nodes.length == 1) {
        return null;
      }
      return new Followed(partition, head, deletedTo, drop(nodes, index), drop(versions, index));
    }

    private static long[] drop(long[] from, int index) {
      long[] rest = Arrays.copyOf(from, from.length - 1);
      System.arraycopy(from, index + 1, rest, index, rest.length - index);
      return rest;
    }
  }

  /** A node follows a channel from now on, unless it has said so later already. */
  void note(ChannelLog log, long node, long version) {
    all.compute(
        log.channel(),
        (name, known) -> {
          Followed before =
              known == null
                  ? new Followed(
                      partitionOf.applyAsInt(name), log.head(), log.deletedTo(), NOBODY, NOBODY)
                  : known;
          return before.with(node, version).at(log);
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

  /** Notes where a channel stands now; the nodes that follow it. */
  long[] moved(ChannelLog log) {
    Followed now = all.computeIfPresent(log.channel(), (name, known) -> known.at(log));
    return now == null ? NOBODY : now.nodes;
  }

  boolean has(String channel) {
    return all.containsKey(channel);
  }

  /** All of them, as they are while this goes on. */
  Iterable<Map.Entry<String, Followed>> entries() {
    return all.entrySet();
  }
}
