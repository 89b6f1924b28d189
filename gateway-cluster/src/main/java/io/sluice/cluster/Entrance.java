package io.sluice.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.cluster.impl.ClusterServiceImpl;
import com.hazelcast.internal.cluster.impl.DiscoveryJoiner;
import com.hazelcast.internal.cluster.impl.SplitBrainJoinMessage;
import com.hazelcast.internal.cluster.impl.SplitBrainJoinMessage.SplitBrainMergeCheckResult;
import com.hazelcast.internal.cluster.impl.operations.SplitBrainMergeValidationOp;
import com.hazelcast.internal.server.ServerConnectionManager;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How a node finds the others and joins them. Hazelcast's own way, but for one thing: a node that
 * was removed joins again only when it reaches every node that it would be with ({@link Rejoin}).
 * Hazelcast's joins as soon as it reaches the first node of the others, and is removed again when
 * another one has missed it for long enough, again and again.
 */
final class Entrance extends DiscoveryJoiner {

  /** How long connections to the others may take, all of them together. */
  private static final long CONNECT_NS = TimeUnit.SECONDS.toNanos(5);

  /**
   * And again to those that are missing when one has answered, because the network may have become
   * whole just now: longer than an attempt lasts that was begun before.
   */
  private static final long AGAIN_NS = TimeUnit.SECONDS.toNanos(4);

  private static final long TRY_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final long ANSWER_SECONDS = 10;

  private final Rejoin rejoin;
  private final Strangers strangers;

  Entrance(Node node, Rejoin rejoin, Strangers strangers) {
    super(node, node.getDiscoveryService(), false);
    this.rejoin = rejoin;
    this.strangers = strangers;
  }

  /** Called each few seconds on the first node of each side, on a thread that may wait. */
  @Override
  public void searchForOtherClusters() {
    Collection<Address> addresses = getFilteredPossibleAddresses();
    connect(addresses, CONNECT_NS);
    SplitBrainJoinMessage ours = node.createSplitBrainJoinMessage();
    for (Address address : addresses) {
      SplitBrainJoinMessage theirs = isConnected(address) ? ask(address, ours) : null;
      if (theirs != null
          && clusterJoinManager.shouldMerge(theirs)
              == SplitBrainMergeCheckResult.LOCAL_NODE_SHOULD_MERGE) {
        if (rejoin.mayJoin(Members.text(address), unreached(theirs))) {
          setTargetAddress(address);
          startClusterMerge(address, ours.getMemberListVersion());
        }
        return;
      }
    }
    rejoin.nobody();
  }

  /** Those of the others that this node does not reach, although it has just reached one. */
  private List<String> unreached(SplitBrainJoinMessage theirs) {
    Collection<Address> all = theirs.getMemberAddresses();
    connect(all, AGAIN_NS);
    return all.stream()
        .filter(address -> !isConnected(address))
        .map(Members::text)
        .sorted()
        .toList();
  }

  /**
   * Connects to all at once; returns when it has, or when that has taken too long. An attempt that
   * was begun before the network was whole again fails late, so others follow it.
   */
  private void connect(Collection<Address> addresses, long longestNs) {
    long began = System.nanoTime();
    long triedNs = -TRY_NS;
    long spentNs = 0;
    while (spentNs < longestNs && !addresses.stream().allMatch(this::isConnected)) {
      if (spentNs - triedNs >= TRY_NS) {
        triedNs = spentNs;
        addresses.forEach(address -> connections().getOrConnect(address, true));
      }
      LockSupport.parkNanos(LOOK_NS);
      spentNs = System.nanoTime() - began;
    }
  }

  /** Whether a connection stands, which takes an answer from there. */
  private boolean isConnected(Address address) {
    return connections().get(address) != null;
  }

  private ServerConnectionManager connections() {
    return node.getServer().getConnectionManager(EndpointQualifier.MEMBER);
  }

  /** What the first node of another side says of it; null if it does not. */
  private @Nullable SplitBrainJoinMessage ask(Address address, SplitBrainJoinMessage ours) {
    Future<Object> answer =
        node.getNodeEngine()
            .getOperationService()
            .createInvocationBuilder(
                ClusterServiceImpl.SERVICE_NAME, new SplitBrainMergeValidationOp(ours), address)
            .setTryCount(1)
            .invoke();
    try {
      return (SplitBrainJoinMessage) answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return null;
    } catch (ExecutionException | TimeoutException none) {
      logger.fine(Members.text(address) + " does not say with whom it is", none);
      return null;
    }
  }

  /** Permanently: the node there has another name for its cluster. */
  @Override
  public void blacklist(Address address, boolean permanent) {
    if (permanent) {
      strangers.refusedBy(address);
    }
    super.blacklist(address, permanent);
  }
}
