package io.sluice.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.ExecutionCallback;
import com.hazelcast.core.HazelcastInstance;
import io.sluice.channel.Loop;
import io.sluice.channel.log.ChannelLog;
import io.sluice.metrics.ClusterMetrics;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

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
    lastRoundMs = loop.nowMs();
    behind.set(0);
    Map<Integer, Compare.Digest> all = new HashMap<>();
    AtomicInteger missing = new AtomicInteger(brokers.size());
    for (LoopBroker broker : brokers) {
      collect(
          broker,
          digests ->
              loop.run(
                  () -> {
                    digests.forEach((at, digest) -> all.merge(at, digest, Compare::sum));
                    if (missing.decrementAndGet() == 0) {
                      ask(all);
                    }
                  }));
    }
  }

  private static void collect(LoopBroker broker, Consumer<Map<Integer, Compare.Digest>> receiver) {
    broker
        .loop()
        .run(
            () -> {
              Map<Integer, Compare.Digest> digests = new HashMap<>();
              for (Tail tail : broker.tails()) {
                ChannelLog log = tail.log();
                if (log != null) {
                  digests.merge(
                      tail.partition,
                      Compare.Digest.NOTHING.with(
                          tail.channel, tail.version, log.head(), tail.deletedTo),
                      Compare::sum);
                }
              }
              receiver.accept(digests);
            });
  }

  /** Asks every member, also those at which this node follows nothing: they may think it does. */
  private void ask(Map<Integer, Compare.Digest> all) {
    Map<Member, Map<Integer, Compare.Digest>> byOwner = new HashMap<>();
    for (Member member : hazelcast.getCluster().getMembers()) {
      byOwner.put(member, new HashMap<>());
    }
    all.forEach(
        (partition, digest) -> {
          Map<Integer, Compare.Digest> of = byOwner.get(parts.members().owner(partition));
          if (of != null) {
            of.put(partition, digest);
          }
        });
    byOwner.forEach(this::ask);
  }

  private void ask(Member owner, Map<Integer, Compare.Digest> digests) {
    try {
      hazelcast
          .getExecutorService(HazelcastSettings.QUESTIONS)
          .submitToMember(
              new Compare(parts.keeper(), parts.members(), parts.node(), digests),
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
      broker.loop().execute(() -> behind.addAndGet(broker.mend(partitions, entries)));
    }
  }
}
