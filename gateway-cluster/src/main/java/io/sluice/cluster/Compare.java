package io.sluice.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.Position;
import io.sluice.channel.log.RecordForm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.IntPredicate;

/**
 * Tells an owner what a node follows, and how many readers it has of that where the number has
 * changed; and asks whether the owner has noted the same, and its logs stand where the node's tails
 * do: a sum for each partition, and for those that differ the list.
 */
final class Compare implements Callable<Differences>, IdentifiedDataSerializable {

  private final Keeper keeper;
  private final IntPredicate owns;
  private long node;
  private Map<Integer, Digest> digests;
  private List<Change> changes;

  /**
   * What a node says to an owner.
   *
   * @param owns whether the node on which it runs owns a partition
   * @param node that says it
   * @param told of all partitions which it takes for the owner's
   */
  Compare(Keeper keeper, IntPredicate owns, long node, Told told) {
    this.keeper = keeper;
    this.owns = owns;
    this.node = node;
    this.digests = Map.copyOf(told.digests);
    this.changes = List.copyOf(told.changes);
  }

  /** One whose fields are read next. */
  static Compare empty(Keeper keeper, IntPredicate owns) {
    return new Compare(keeper, owns, 0, new Told(Map.of(), List.of()));
  }

  /**
   * What is said to one owner.
   *
   * @param digests by partition
   * @param changes in those partitions
   */
  record Told(Map<Integer, Digest> digests, List<Change> changes) {}

  /**
   * Another number of readers than before.
   *
   * @param version of the node's follow
   */
  record Change(int partition, String channel, long version, int readers) {}

  /**
   * What is followed in one partition, in short. Two sides that follow the same at the same place
   * have the same one.
   *
   * @param count channels
   * @param follows a sum over them and their follows
   * @param states a sum over where each of them stands, and its readers
   */
  record Digest(int count, long follows, long states) {

    static final Digest NOTHING = new Digest(0, 0, 0);

    private boolean followsAs(Digest other) {
      return count == other.count && follows == other.follows;
    }

    static long follow(String channel, long version) {
      return mix(channel.hashCode(), version);
    }

    static long state(long follow, Position head, long deletedTo, int readers) {
      long mixed = mix(follow, head.epoch());
      mixed = mix(mixed, head.offset());
      mixed = mix(mixed, head.stamp());
      mixed = mix(mixed, readers);
      return mix(mixed, deletedTo);
    }

    /** The finishing steps of SplitMix64, so that every bit depends on every bit. */
    private static long mix(long value, long more) {
      long mixed = (value ^ more) + 0x9e3779b97f4a7c15L;
      mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
      mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
      return mixed ^ (mixed >>> 31);
    }
  }

  /** One with this of another channel added to it. */
  private static Digest sum(Digest one, Digest other) {
    return new Digest(
        one.count + other.count, one.follows + other.follows, one.states + other.states);
  }

  @Override
  public Differences call() {
    for (Change change : changes) {
      keeper.followers().read(change.channel, node, change.version, change.readers);
    }
    Map<Integer, Digest> own = own();
    digests.forEach(
        (partition, told) -> {
          if (owns.test(partition) && told.followsAs(own.getOrDefault(partition, Digest.NOTHING))) {
            keeper.heard().agreed(node, partition);
          }
        });
    Set<Integer> differing = differing(own);
    return differing.isEmpty() ? Differences.empty() : list(differing);
  }

  private Map<Integer, Digest> own() {
    Map<Integer, Digest> own = new HashMap<>();
    for (var each : keeper.followers().entries()) {
      Followers.Followed followed = each.getValue();
      int at = followed.indexOf(node);
      if (followed.partition() == Members.UNKNOWN || !owns.test(followed.partition())) {
        keeper.followers().dropChannel(each.getKey()); // who follows it says so anew
        keeper.heard().left(followed.partition());
      } else if (at >= 0) {
        long follow = Digest.follow(each.getKey(), followed.versions()[at]);
        long state =
            Digest.state(follow, followed.head(), followed.deletedTo(), followed.readers()[at]);
        own.merge(followed.partition(), new Digest(1, follow, state), Compare::sum);
      }
    }
    return own;
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
      if (!same && owns.test(partition) && listed < Differences.MAX_ENTRIES) {
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
      if (partitions.contains(followed.partition()) && followed.indexOf(node) >= 0) {
        entries.add(followed.entry(each.getKey(), node));
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
      out.writeLong(each.getValue().follows());
      out.writeLong(each.getValue().states());
    }
    out.writeInt(changes.size());
    for (Change change : changes) {
      out.writeInt(change.partition);
      RecordForm.writeText(out, change.channel);
      out.writeLong(change.version);
      out.writeInt(change.readers);
    }
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    node = in.readLong();
    Map<Integer, Digest> read = new HashMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      read.put(in.readInt(), new Digest(in.readInt(), in.readLong(), in.readLong()));
    }
    List<Change> changed = new ArrayList<>();
    for (int left = RecordForm.length(in); left > 0; left--) {
      changed.add(new Change(in.readInt(), RecordForm.text(in), in.readLong(), in.readInt()));
    }
    digests = read;
    changes = changed;
  }
}
