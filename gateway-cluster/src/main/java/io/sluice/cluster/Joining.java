package io.sluice.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.ExecutionCallback;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.partition.MigrationListener;
import com.hazelcast.partition.MigrationState;
import com.hazelcast.partition.ReplicaMigrationEvent;
import io.sluice.channel.Broker;
import io.sluice.channel.Loop;
import io.sluice.channel.log.Floor;
import io.sluice.channel.nodes.Neighbours;
import io.sluice.config.Config;
import io.sluice.metrics.ClusterMetrics;
import io.sluice.server.BrokerFactory;
import io.sluice.server.StartException;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Joins a node to its cluster: makes all parts of it, and tells them who comes and goes. */
final class Joining {

  private static final int TAILS = 4;

  private final BrokerFactory.Parts parts;
  private final Config.Cluster cluster;
  private final long node;
  private final Members members = new Members();
  private final Question.Desk desk = new Question.Desk();
  private final Keeper keeper;
  private final Watch watch;
  private final Doorkeeper door;
  private final ClusterMetrics metrics;
  private final ScheduledExecutorService ticker;

  /** There as soon as the node is a member; what comes before is not for it. */
  private volatile @Nullable ClusterBroker broker;

  private volatile @Nullable HazelcastInstance hazelcast;

  private Joining(BrokerFactory.Parts parts, Config.Cluster cluster) {
    this.parts = parts;
    this.cluster = cluster;
    this.door = new Doorkeeper(cluster, parts.version());
    this.node = Members.number(parts.nodeId());
    Loop loop = parts.loops().get(0);
    int copies = Math.min(1 + cluster.backups(), cluster.majority());
    this.keeper =
        new Keeper(
            keeperSettings(parts.config(), cluster.majority(), copies),
            new Keeper.Surroundings(
                loop::nowMs,
                System::currentTimeMillis,
                members::count,
                members::numbers,
                members::partition,
                partition -> members.copies(partition, copies),
                this::ownNames),
            parts.random(),
            parts.metrics());
    this.watch =
        new Watch(
            new Watch.Surroundings(
                () -> System.nanoTime() / 1_000_000,
                members::count,
                cluster.majority(),
                this::askOthers,
                this::lost));
    this.metrics = new ClusterMetrics(parts.metrics());
    this.ticker =
        Executors.newScheduledThreadPool(
            2, // a sweep may wait for its owner; the clock is looked at all the same
            task -> {
              Thread thread = new Thread(task, "sluice-watch");
              thread.setDaemon(true);
              return thread;
            });
  }

  private Keeper.Settings keeperSettings(Config config, int majority, int copies) {
    return new Keeper.Settings(
        parts.historyOf(),
        new Floor(config.channels().floor().bytes(), config.channels().floor().age().toMillis()),
        0,
        config.publish().keepIds().toMillis(),
        new Held.Limits(
            config.channels().historyBytes() - tailBytes(config),
            config.channels().identityBytes(),
            config.publish().maxIds()),
        config.channels().remember().toMillis(),
        majority,
        copies);
  }

  /** The part of the memory for histories that the tails may take; the rest is for records. */
  private static long tailBytes(Config config) {
    return config.channels().historyBytes() / TAILS;
  }

  /**
   * Makes a member and what stands on it. Blocks until the member has found the others, or knows
   * that there are none.
   *
   * @throws StartException if it cannot be made; nothing is left running then
   */
  static BrokerFactory.Made join(BrokerFactory.Parts parts, Config.Cluster cluster) {
    Joining joining = new Joining(parts, cluster);
    return joining.join(joining.wire());
  }

  /** The same with another {@link Wire}, for tests that put a fault into what arrives. */
  static BrokerFactory.Made join(
      BrokerFactory.Parts parts, Config.Cluster cluster, UnaryOperator<Wire> faults) {
    Joining joining = new Joining(parts, cluster);
    return joining.join(faults.apply(joining.wire()));
  }

  private BrokerFactory.Made join(Wire wire) {
    HazelcastInstance made = start(wire);
    hazelcast = made;
    members.joined(made);
    HazelcastPeers peers = new HazelcastPeers(made, members, metrics);
    HazelcastOwners owners = new HazelcastOwners(made, members, keeper, node);
    ClusterBroker clusterBroker =
        new ClusterBroker(
            parts.loops(),
            new LoopBroker.Parts(
                node,
                parts.loops().size(),
                owners,
                peers,
                watch,
                keeper::bounds,
                cluster.linger().toMillis(),
                metrics),
            keeper,
            tailBytes(parts.config()));
    Comparing comparing =
        new Comparing(
            parts.loops().get(0),
            clusterBroker.loops(),
            made,
            new Comparing.Parts(node, members, keeper, owners, metrics));
    metrics.show(gauges(clusterBroker, peers, comparing));
    broker = clusterBroker;
    listen(made, peers, comparing);
    comparing.start();
    watch.joined(true);
    ticker.scheduleWithFixedDelay(
        new Sweeping(made, members, keeper),
        Sweeping.TICK_MS,
        Sweeping.TICK_MS,
        TimeUnit.MILLISECONDS);
    ticker.scheduleAtFixedRate(watch::tick, Watch.TICK_MS, Watch.TICK_MS, TimeUnit.MILLISECONDS);
    return new BrokerFactory.Made(
        clusterBroker,
        new HazelcastNeighbours(made, cluster, desk, condition(clusterBroker, peers, comparing)));
  }

  private ClusterMetrics.Gauges gauges(
      ClusterBroker of, HazelcastPeers peers, Comparing comparing) {
    Held held = keeper.held();
    return new ClusterMetrics.Gauges(
        () -> held.sum().channels(),
        () -> held.sum().historyBytes(),
        () -> held.sum().identityBytes(),
        () -> held.sum().ids(),
        of::followed,
        comparing::behind,
        peers::waitingBytes,
        () -> held.holes().sum(),
        () -> door.holdsOut() ? 1 : 0);
  }

  private HazelcastInstance start(Wire wire) {
    try {
      return door.start(HazelcastSettings.of(cluster, parts.nodeId(), parts.version(), wire));
    } catch (StartException failure) {
      ticker.shutdownNow();
      throw failure;
    }
  }

  /** What other nodes send, and what makes it here. */
  private Wire wire() {
    return new Wire()
        .with(Wire.RECORD, () -> ChannelRecord.empty(keeper))
        .with(Wire.APPEND, () -> Append.empty(keeper))
        .with(Wire.APPENDED, Appended::empty)
        .with(Wire.GROWN, () -> Grown.empty(keeper))
        .with(Wire.LOOK, () -> Look.empty(keeper))
        .with(Wire.SLICED, Sliced::empty)
        .with(Wire.UNFOLLOW, () -> new Unfollow(keeper, 0, 0))
        .with(Wire.EMPTY, () -> new Empty(keeper))
        .with(Wire.EMPTIED, Emptied::empty)
        .with(Wire.INSPECT, () -> new Inspect(keeper, 0))
        .with(Wire.INSPECTED, Inspected::empty)
        .with(Wire.SWEEP, () -> Sweep.empty(keeper))
        .with(Wire.HINTS, () -> Hints.empty(this::hinted))
        .with(Wire.COMPARE, () -> Compare.empty(keeper, members::owns))
        .with(Wire.DIFFERENCES, Differences::empty)
        .with(Wire.NAMES, () -> new Names(keeper, "", 0))
        .with(Wire.ALIVE, Alive::new)
        .with(Wire.QUESTION, desk::arrived);
  }

  private void hinted(Peers.Hint hint) {
    ClusterBroker receiver = broker;
    if (receiver != null) {
      receiver.hinted(hint);
    }
  }

  private Set<String> ownNames() {
    HazelcastInstance here = hazelcast;
    return here == null
        ? Set.of()
        : here.<String, ChannelRecord>getMap(HazelcastSettings.CHANNELS).localKeySet();
  }

  private void lost(Broker.Unavailable why) {
    ClusterBroker here = broker;
    if (here != null) {
      here.sendAway(why);
    }
  }

  /** Asks every member for a sign of life; runs the task once a majority has given one. */
  private void askOthers(Runnable answered) {
    HazelcastInstance here = hazelcast;
    if (here == null) {
      return;
    }
    AtomicInteger missing = new AtomicInteger(cluster.majority());
    for (Member member : here.getCluster().getMembers()) {
      try {
        here.getExecutorService(HazelcastSettings.QUESTIONS)
            .submitToMember(new Alive(), member, new Sign(missing, answered));
      } catch (RejectedExecutionException | IllegalStateException stopping) {
        return;
      }
    }
  }

  /** An answer to {@link Alive}. */
  private record Sign(AtomicInteger missing, Runnable answered)
      implements ExecutionCallback<Boolean> {
    @Override
    public void onResponse(Boolean alive) {
      if (missing.decrementAndGet() == 0) {
        answered.run();
      }
    }

    @Override
    public void onFailure(Throwable failure) {
      // one that does not answer is none that counts
    }
  }

  private void listen(HazelcastInstance member, HazelcastPeers peers, Comparing comparing) {
    member.getCluster().addMembershipListener(new ComingAndGoing(peers, comparing));
    member.getCluster().getMembers().forEach(door::greet);
    member.getPartitionService().addMigrationListener(new Moving(comparing));
    member
        .getLifecycleService()
        .addLifecycleListener(event -> lifecycle(event.getState(), comparing));
  }

  /** After a split the smaller side gives up what it has, and begins anew with the other. */
  private void lifecycle(LifecycleEvent.LifecycleState state, Comparing comparing) {
    switch (state) {
      case MERGING -> {
        door.joinsAgain();
        watch.joined(false);
      }
      case MERGED, MERGE_FAILED -> {
        keeper.followers().clear();
        keeper.heard().clear();
        watch.joined(true);
        comparing.soon();
      }
      case SHUTTING_DOWN -> {
        ticker.shutdownNow();
        comparing.stop();
        watch.leaves();
      }
      default -> {}
    }
  }

  private Neighbours.State state(ClusterBroker of, HazelcastPeers peers, Comparing comparing) {
    return new Neighbours.State(
        of.followed(),
        comparing.behind(),
        peers.waitingBytes(),
        comparing.sinceLastMs(parts.loops().get(0).nowMs()));
  }

  private HazelcastNeighbours.Condition condition(
      ClusterBroker of, HazelcastPeers peers, Comparing comparing) {
    return new HazelcastNeighbours.Condition() {
      @Override
      public Neighbours.State state() {
        return Joining.this.state(of, peers, comparing);
      }

      @Override
      public @Nullable String hindrance() {
        return watch.hindrance();
      }

      @Override
      public @Nullable String apart() {
        return door.reason();
      }
    };
  }

  private final class ComingAndGoing implements MembershipListener {
    private final HazelcastPeers peers;
    private final Comparing comparing;

    ComingAndGoing(HazelcastPeers peers, Comparing comparing) {
      this.peers = peers;
      this.comparing = comparing;
    }

    @Override
    public void memberAdded(MembershipEvent event) {
      door.greet(event.getMember());
      watch.look();
      comparing.soon();
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
      long gone = members.node(event.getMember());
      keeper.followers().dropNode(gone);
      peers.drop(gone);
      watch.look();
      comparing.soon();
    }
  }

  /** Partitions change their owners. */
  private record Moving(Comparing comparing) implements MigrationListener {
    @Override
    public void migrationStarted(MigrationState state) {}

    @Override
    public void migrationFinished(MigrationState state) {
      comparing.soon();
    }

    @Override
    public void replicaMigrationCompleted(ReplicaMigrationEvent event) {
      if (event.getReplicaIndex() == 0) {
        comparing.soon();
      }
    }

    @Override
    public void replicaMigrationFailed(ReplicaMigrationEvent event) {}
  }
}
