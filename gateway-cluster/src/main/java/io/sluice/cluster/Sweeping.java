package io.sluice.cluster;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import com.hazelcast.map.IMap;
import com.hazelcast.query.Predicates;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has each partition that this node owns swept every five seconds, a part of them each second; each
 * second while there is too little room. Blocks; runs on a thread of its own.
 */
final class Sweeping implements Runnable {

  static final long TICK_MS = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Sweeping.class);

  /** All partitions are looked at within so many ticks. */
  private static final int TICKS = 5;

  private final IMap<String, ChannelRecord> records;
  private final Members members;
  private final Keeper keeper;

  /** A key in each partition, by which it is named. */
  private final String[] keys = new String[HazelcastSettings.PARTITIONS];

  private long round;
  private int tick;

  Sweeping(HazelcastInstance hazelcast, Members members, Keeper keeper) {
    this.records = hazelcast.getMap(HazelcastSettings.CHANNELS);
    this.members = members;
    this.keeper = keeper;
    int found = 0;
    for (int i = 0; found < keys.length; i++) {
      String key = "sweep-" + i;
      int partition = members.partition(key);
      if (keys[partition] == null) {
        keys[partition] = key;
        found++;
      }
    }
  }

  @Override
  public void run() {
    try {
      Held.Sum sum = keeper.held().sumUp(keeper.nowMs());
      Held.Limits limits = keeper.held().limits();
      boolean tight =
          sum.historyBytes() > limits.historyBytes()
              || sum.identityBytes() > limits.identityBytes();
      if (tight || tick % TICKS == 0) {
        keeper.thrift(keeper.thrift().after(sum, limits));
      }
      if (tick % TICKS == 0) {
        keeper.retainNodes();
      }
      noteOwned();
      for (int partition = 0; partition < keys.length; partition++) {
        if ((tight || partition % TICKS == tick % TICKS) && members.owns(partition)) {
          sweep(partition);
        }
      }
      tick++;
    } catch (HazelcastInstanceNotActiveException stopping) {
      LOG.debug("the sweep ends: {}", stopping.toString());
    } catch (HazelcastException | IllegalStateException passing) {
      LOG.debug("a sweep was cut short: {}", passing.toString());
    }
  }

  private void noteOwned() {
    for (int partition = 0; partition < keys.length; partition++) {
      if (members.owns(partition)) {
        keeper.heard().owns(partition, keeper.nowMs());
      } else {
        keeper.heard().left(partition);
      }
    }
  }

  private void sweep(int partition) {
    round++;
    records.executeOnEntries(
        new Sweep(keeper, partition, round),
        Predicates.partitionPredicate(keys[partition], Predicates.alwaysTrue()));
    if (!keeper.held().isSwept(partition, round)) {
      keeper.held().clear(partition); // there is no record in it
    }
  }
}
