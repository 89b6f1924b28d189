package io.sluice.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.cluster.ClusterService;
import com.hazelcast.internal.partition.InternalPartition;
import com.hazelcast.internal.partition.InternalPartitionService;
import com.hazelcast.internal.partition.PartitionReplica;
import com.hazelcast.partition.Partition;
import com.hazelcast.partition.PartitionService;
import java.util.HashSet;
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
  private volatile @Nullable ClusterService roll;
  private volatile Partition[] partitions = {};

  /** The node has joined. */
  void joined(HazelcastInstance joined) {
    Set<Partition> all = joined.getPartitionService().getPartitions();
    Partition[] byNumber = new Partition[all.size()];
    all.forEach(partition -> byNumber[partition.getPartitionId()] = partition);
    partitions = byNumber;
    // Only Hazelcast's own view of a partition tells its backups.
    Node node = ((HazelcastInstanceProxy) joined).getOriginal().node;
    assigned = node.getPartitionService();
    roll = node.getClusterService();
    instance = joined;
  }

  int count() {
    HazelcastInstance here = instance;
    return here == null ? 0 : here.getCluster().getMembers().size();
  }

  /**
   * How many members have the records of a partition: its owner, and the backups that are assigned
   * and have them. One that was removed stays assigned for a moment, and nobody waits for it.
   *
   * @param most that are looked for
   */
  int copies(int partition, int most) {
    InternalPartitionService service = assigned;
    ClusterService there = roll;
    if (service == null || there == null) {
      return 0;
    }
    InternalPartition table = service.getPartition(partition, false);
    int copies = 0;
    for (int replica = 0; replica < most; replica++) {
      PartitionReplica at = table.getReplica(replica);
      copies += at == null || there.getMember(at.address(), at.uuid()) == null ? 0 : 1;
    }
    return copies;
  }

  /**
   * A number that is another one after any member has come or gone; the same for as long as none
   * has.
   */
  int version() {
    ClusterService service = roll;
    return service == null ? 0 : service.getMemberListVersion();
  }

  /**
   * Who is a member.
   *
   * @param self this node
   * @param all it among them
   * @param version of the list; it grows with each that comes and each that goes
   */
  record Roll(UUID self, Set<Member> all, int version) {

    private static final Roll NOBODY = new Roll(new UUID(0, 0), Set.of(), 0);

    /**
     * How many are gone by a later look, at most: as many as are no longer there, and any number if
     * others may have come and gone between, or if this node has become another member.
     */
    int gone(Roll later) {
      int gone = 0;
      for (Member member : all) {
        gone += later.has(member.getUuid()) ? 0 : 1;
      }
      boolean others = later.version - version > gone || later.version < version;
      return others || !later.self.equals(self) ? Integer.MAX_VALUE : gone;
    }

    private boolean has(UUID uuid) {
      for (Member member : all) {
        if (member.getUuid().equals(uuid)) {
          return true;
        }
      }
      return false;
    }
  }

  Roll roll() {
    ClusterService service = roll;
    if (service == null) {
      return Roll.NOBODY;
    }
    for (; ; ) {
      int version = service.getMemberListVersion();
      Set<Member> all = service.getMembers();
      if (version == service.getMemberListVersion()) { // else it has just changed between
        return new Roll(service.getLocalMember().getUuid(), all, version);
      }
    }
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

  /** The numbers of all nodes that are there. */
  Set<Long> numbers() {
    HazelcastInstance here = instance;
    Set<Long> numbers = new HashSet<>();
    if (here != null) {
      Set<UUID> present = new HashSet<>();
      for (Member member : here.getCluster().getMembers()) {
        present.add(member.getUuid());
        numbers.add(node(member));
      }
      nodes.keySet().retainAll(present);
    }
    return numbers;
  }

  /** The number of a member's node. */
  long node(Member member) {
    return nodes.computeIfAbsent(
        member.getUuid(), uuid -> number(member.getAttribute(HazelcastSettings.NODE)));
  }

  /** An address as people write it. */
  static String text(Address address) {
    return text(address.getHost(), address.getPort());
  }

  static String text(String host, int port) {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
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
