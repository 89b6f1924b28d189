package io.sluice.cluster;

import java.util.ArrayList;
import java.util.List;

/** What a node follows, in short, for a round of repair: a sum for each partition. */
final class Summary {

  /** Channels of a loop whose number of readers a round tells; the others come with the next. */
  static final int MAX_CHANGES = 10_000;

  private final int[] counts = new int[HazelcastSettings.PARTITIONS];
  private final long[] follows = new long[HazelcastSettings.PARTITIONS];
  private final long[] states = new long[HazelcastSettings.PARTITIONS];
  private final List<Compare.Change> changes = new ArrayList<>(0);

  /** A channel that is followed, and how many readers it has now. */
  void add(Tail tail, int readers) {
    int at = tail.partition;
    if (at < 0 || !tail.isFollowing()) {
      return;
    }
    if (readers != tail.toldReaders && changes.size() < MAX_CHANGES) {
      tail.toldReaders = readers;
      changes.add(new Compare.Change(at, tail.channel, tail.version, readers));
    }
    long follow = Compare.Digest.follow(tail.channel, tail.version);
    counts[at]++;
    follows[at] += follow;
    states[at] += Compare.Digest.state(follow, tail.head(), tail.deletedTo, tail.toldReaders);
  }

  /** What another loop follows. */
  void add(Summary other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
      follows[i] += other.follows[i];
      states[i] += other.states[i];
    }
    changes.addAll(other.changes);
  }

  Compare.Digest digest(int partition) {
    return new Compare.Digest(counts[partition], follows[partition], states[partition]);
  }

  List<Compare.Change> changes() {
    return changes;
  }
}
