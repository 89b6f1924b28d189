package io.sluice.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.log.RecordForm;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the records of one partition, on its owner and then on its backups: drops what is
 * too old, forgets who was not used for long, and counts what is left. A backup forgets whom the
 * owner forgets.
 */
final class Sweep
    implements EntryProcessor<String, ChannelRecord, Boolean>, IdentifiedDataSerializable {

  private static final long serialVersionUID = 1;

  private final transient Keeper keeper;
  private transient int partition;
  private transient long round;

  /** On a backup, whom the owner has forgotten; null on the owner. */
  private transient @Nullable Set<String> told;

  private final transient Set<String> forgotten = new HashSet<>();

  /** Whether it is known who follows in the partition; asked at the first record. */
  private transient @Nullable Boolean mayForget;

  Sweep(Keeper keeper, int partition, long round) {
    this.keeper = keeper;
    this.partition = partition;
    this.round = round;
  }

  /** One whose fields are read next. */
  static Sweep empty(Keeper keeper) {
    return new Sweep(keeper, 0, 0);
  }

  @Override
  public @Nullable Boolean process(Map.Entry<String, ChannelRecord> entry) {
    ChannelRecord record = entry.getValue();
    if (record == null) {
      return null;
    }
    keeper.held().swept(partition, round, keeper.nowMs());
    if (goes(entry.getKey(), record)) {
      keeper.held().forgot(partition, record.log().usedMs());
      entry.setValue(null);
    } else {
      record.sweep(keeper.thrift().maxAgeMs());
      keeper
          .held()
          .count(partition, record.log().memoryBytes(), record.identityBytes(), record.idCount());
    }
    return null;
  }

  private boolean goes(String channel, ChannelRecord record) {
    if (told != null) {
      return told.contains(channel);
    }
    if (mayForget == null) {
      mayForget = keeper.knowsFollowers(partition);
    }
    String why = keeper.thrift().forgets(record, keeper.followers().has(channel), keeper.nowMs());
    if (why == null || !mayForget) {
      return false;
    }
    keeper.metrics().channelsForgotten.labelValues(why).inc();
    return forgotten.add(channel);
  }

  @Override
  public @Nullable EntryProcessor<String, ChannelRecord, Boolean> getBackupProcessor() {
    if (told != null) {
      return null;
    }
    Sweep backup = new Sweep(keeper, partition, round);
    backup.told = forgotten;
    return backup;
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.SWEEP;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeInt(partition);
    out.writeLong(round);
    Set<String> names = told;
    out.writeBoolean(names != null);
    if (names != null) {
      out.writeInt(names.size());
      for (String name : names) {
        RecordForm.writeText(out, name);
      }
    }
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    partition = in.readInt();
    round = in.readLong();
    if (in.readBoolean()) {
      Set<String> names = new HashSet<>();
      for (int left = RecordForm.length(in); left > 0; left--) {
        names.add(RecordForm.text(in));
      }
      told = names;
    }
  }
}
