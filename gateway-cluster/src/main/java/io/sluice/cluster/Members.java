package io.sluice.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.internal.partition.InternalPartition;
import com.hazelcast.internal.partition.InternalPartitionService;
import com.hazelcast.partition.Partition;
import com.hazelcast.partition.PartitionService;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The members that this node sees, by the numbers of their nodes, and what each owns. Any thread
 * may ask; before the node has joined there is nobody.
 */
final class Members {

  static final int UNKNOWN = -1;

  private final Map<UUID, Long> nodes = new ConcurrentHashMap<>();
  private volatile @Nullable HazelcastInstance instance;
  private volatile @Nullable InternalPartitionService assigned;
  private volatile Partition[] partitions = {};

  /** The node has joined. */
  void joined(HazelcastInstance joined) {
    Set<Partition> all = joined.getPartitionService().getPartitions();
    Partition[] byNumber = new Partition[all.size()];
    all.forEach(partition -> byNumber[partition.getPartitionId()] = partition);
    partitions = byNumber;
    // Only Hazelcast's own view of a partition tells its backups.
    assigned = ((HazelcastInstanceProxy) joined).getOriginal().node.getPartitionService();
    instance = joined;
  }

  int count() {
    HazelcastInstance here = instance;
    return here == null ? 0 : here.getCluster().getMembers().size();
  }

  /**
   * How many members have the records of a partition: its owner, and the backups that are assigned
   * and have them.
   *
   * @param most that are looked for
   */
  int copies(int partition, int most) {
    InternalPartitionService service = assigned;
    if (service == null) {
      return 0;
    }
    InternalPartition table = service.getPartition(partition, false);
    int copies = 0;
    for (int replica = 0; replica < most; replica++) {
      copies += table.getReplica(replica) == null ? 0 : 1;
    }
    return copies;
  }

  /** The member that is a node; null if it is not there. */
  @Nullable Member member(long node) {
    HazelcastInstance here = instance;
    if (here != null) {
      for (Member member : here.getCluster().getMembers()) {
        if (node(member) == node) {
          return member;
        }
      }
    }
    return null;
  }

  /** The number of a member's node. */
  long node(Member member) {
    return nodes.computeIfAbsent(
        member.getUuid(), uuid -> number(member.getAttribute(HazelcastSettings.NODE)));
  }

  /** A node's id as a number; 0 for what is none. */
  static long number(@Nullable String id) {
    return id != null && id.matches("[0-9a-f]{16}") ? Long.parseUnsignedLong(id, 16) : 0;
  }

  /** The partition of a channel; {@link #UNKNOWN} before the node has joined. */
  int partition(String channel) {
    HazelcastInstance here = instance;
    if (here == null) {
      return UNKNOWN;
    }
    PartitionService service = here.getPartitionService();
    return service.getPartition(channel).getPartitionId();
  }

  /** The owner of a partition; null while there is none. */
  @Nullable Member owner(int partition) {
    return partitions[partition].getOwner();
  }

  /** Whether this node owns a partition. */
  boolean owns(int partition) {
    Member owner = owner(partition);
    return owner != null && owner.localMember();
  }
}
