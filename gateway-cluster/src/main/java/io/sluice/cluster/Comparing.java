package io.sluice.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.ExecutionCallback;
import com.hazelcast.core.HazelcastInstance;
import io.sluice.channel.Loop;
import io.sluice.metrics.ClusterMetrics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The rounds of repair: each second this node compares what it follows with what the owners have
 * noted, and mends what differs. So a lost hint shows on a channel that is quiet, and a new owner
 * learns who follows. Runs on one loop; asks each for its own tails.
 */
final class Comparing {

  static final long ROUND_MS = 1_000;

  /** After a change of owners the next round is not waited for. */
  private static final long SOON_MS = 50;

  private final Loop loop;
  private final List<LoopBroker> brokers;
  private final HazelcastInstance hazelcast;
  private final Parts parts;
  private boolean soon;
  private boolean summing;
  private boolean stopped;
  private volatile long lastRoundMs;
  private final AtomicInteger behind = new AtomicInteger();

  /**
   * What it works with.
   *
   * @param node the number of this node
   */
  record Parts(long node, Members members, Keeper keeper, Owners owners, ClusterMetrics metrics) {}

  Comparing(Loop loop, List<LoopBroker> brokers, HazelcastInstance hazelcast, Parts parts) {
    this.loop = loop;
    this.brokers = brokers;
    this.hazelcast = hazelcast;
    this.parts = parts;
  }

  void start() {
    loop.execute(this::tick);
  }

  void stop() {
    loop.execute(() -> stopped = true);
  }

  private void tick() {
    if (!stopped) {
      round();
      loop.after(ROUND_MS, this::tick);
    }
  }

  /** Owners have changed. Any thread may call. */
  void soon() {
    loop.execute(
        () -> {
          if (!soon && !stopped) {
            soon = true;
            loop.after(
                SOON_MS,
                () -> {
                  soon = false;
                  round();
                });
          }
        });
  }

  /** Milliseconds since the last round began, on the loop's clock. Any thread may ask. */
  long sinceLastMs(long nowMs) {
    return nowMs - lastRoundMs;
  }

  /** Channels that differed in the last round. Any thread may ask. */
  int behind() {
    return behind.get();
  }

  private void round() {
    if (summing) {
      return; // it goes to whoever owns then
    }
    summing = true;
    lastRoundMs = loop.nowMs();
    behind.set(0);
    Summary all = new Summary();
    AtomicInteger missing = new AtomicInteger(brokers.size());
    for (LoopBroker broker : brokers) {
      broker.loop().run(() -> broker.sumUp(own -> loop.run(() -> add(all, own, missing))));
    }
  }

  private void add(Summary all, Summary own, AtomicInteger missing) {
    all.add(own);
    if (missing.decrementAndGet() == 0) {
      summing = false;
      ask(all);
    }
  }

  /** Asks every member, also those at which this node follows nothing: they may think it does. */
  private void ask(Summary all) {
    Map<Member, Compare.Told> byOwner = new HashMap<>();
    for (Member member : hazelcast.getCluster().getMembers()) {
      byOwner.put(member, new Compare.Told(new HashMap<>(), new ArrayList<>()));
    }
    for (int partition = 0; partition < HazelcastSettings.PARTITIONS; partition++) {
      Compare.Told of = byOwner.get(parts.members().owner(partition));
      if (of != null) {
        of.digests().put(partition, all.digest(partition));
      }
    }
    for (Compare.Change change : all.changes()) {
      Compare.Told of = byOwner.get(parts.members().owner(change.partition()));
      if (of != null) {
        of.changes().add(change);
      }
    }
    byOwner.forEach(this::ask);
  }

  private void ask(Member owner, Compare.Told told) {
    try {
      hazelcast
          .getExecutorService(HazelcastSettings.QUESTIONS)
          .submitToMember(
              new Compare(parts.keeper(), parts.members()::owns, parts.node(), told),
              owner,
              new ExecutionCallback<Differences>() {
                @Override
                public void onResponse(Differences answer) {
                  mend(answer);
                }

                @Override
                public void onFailure(Throwable failure) {
                  // the next round asks again, whoever is the owner then
                }
              });
      parts.metrics().message("compare");
    } catch (RejectedExecutionException | IllegalStateException stopping) {
      stopped = true;
    }
  }

  private void mend(Differences answer) {
    if (answer.partitions().isEmpty()) {
      return;
    }
    Set<Integer> partitions = new HashSet<>(answer.partitions());
    Map<String, Differences.Entry> entries = new HashMap<>();
    answer.entries().forEach(entry -> entries.put(entry.channel(), entry));
    for (LoopBroker broker : brokers) {
      broker.loop().execute(() -> broker.mend(partitions, entries, behind::addAndGet));
    }
  }
}
