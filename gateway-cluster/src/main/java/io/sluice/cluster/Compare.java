package io.sluice.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Asks an owner whether it has noted all that a node follows, and whether those channels stand
 * where the node's tails do: a sum for each partition, and for those that differ the list.
 */
final class Compare implements Callable<Differences>, IdentifiedDataSerializable {

  private final Keeper keeper;
  private final Members members;
  private long node;
  private Map<Integer, Digest> digests;

  Compare(Keeper keeper, Members members, long node, Map<Integer, Digest> digests) {
    this.keeper = keeper;
    this.members = members;
    this.node = node;
    this.digests = Map.copyOf(digests);
  }

  /** One whose fields are read next. */
  static Compare empty(Keeper keeper, Members members) {
    return new Compare(keeper, members, 0, Map.of());
  }

  /**
   * What is followed in one partition, in short. Two sides that follow the same at the same place
   * have the same one.
   *
   * @param count channels
   * @param sum over what each of them is
   */
  record Digest(int count, long sum) {

    static final Digest NOTHING = new Digest(0, 0);

    Digest with(String channel, long version, Position head, long deletedTo) {
      long mixed = mix(channel.hashCode(), version);
      mixed = mix(mixed, head.epoch());
      mixed = mix(mixed, head.offset());
      mixed = mix(mixed, head.stamp());
      return new Digest(count + 1, sum + mix(mixed, deletedTo));
    }

    /** The finishing steps of SplitMix64, so that every bit depends on every bit. */
    private static long mix(long value, long more) {
      long mixed = (value ^ more) + 0x9e3779b97f4a7c15L;
      mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
      mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
      return mixed ^ (mixed >>> 31);
    }
  }

  /** One with this of another round added to it. */
  static Digest sum(Digest one, Digest other) {
    return new Digest(one.count + other.count, one.sum + other.sum);
  }

  @Override
  public Differences call() {
    Map<Integer, Digest> own = new HashMap<>();
    for (var each : keeper.followers().entries()) {
      Followers.Followed followed = each.getValue();
      long version = followed.version(node);
      if (followed.partition() == Members.UNKNOWN || !members.owns(followed.partition())) {
        keeper.followers().dropChannel(each.getKey()); // who follows it says so anew
      } else if (version >= 0) {
        own.merge(
            followed.partition(),
            Digest.NOTHING.with(each.getKey(), version, followed.head(), followed.deletedTo()),
            Compare::sum);
      }
    }
    Set<Integer> differing = differing(own);
    return differing.isEmpty() ? Differences.empty() : list(differing);
  }

  /** No more partitions than one answer may list channels of. */
  private Set<Integer> differing(Map<Integer, Digest> own) {
    Set<Integer> all = new HashSet<>(digests.keySet());
    all.addAll(own.keySet());
    Set<Integer> differing = new HashSet<>();
    int listed = 0;
    for (Integer partition : all) {
      Digest here = own.getOrDefault(partition, Digest.NOTHING);
      boolean same = here.equals(digests.getOrDefault(partition, Digest.NOTHING));
      if (!same && members.owns(partition) && listed < Differences.MAX_ENTRIES) {
        differing.add(partition);
        listed += here.count();
      }
    }
    return differing;
  }

  private Differences list(Set<Integer> partitions) {
    List<Differences.Entry> entries = new ArrayList<>();
    for (var each : keeper.followers().entries()) {
      Followers.Followed followed = each.getValue();
      long version = followed.version(node);
      if (version >= 0 && partitions.contains(followed.partition())) {
        entries.add(
            new Differences.Entry(each.getKey(), version, followed.head(), followed.deletedTo()));
      }
    }
    return new Differences(List.copyOf(partitions), entries);
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.COMPARE;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeLong(node);
    out.writeInt(digests.size());
    for (Map.Entry<Integer, Digest> each : digests.entrySet()) {
      out.writeInt(each.getKey());
      out.writeInt(each.getValue().count());
      out.writeLong(each.getValue().sum());
    }
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    node = in.readLong();
    Map<Integer, Digest> read = new HashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      read.put(in.readInt(), new Digest(in.readInt(), in.readLong()));
    }
    digests = read;
  }
}
