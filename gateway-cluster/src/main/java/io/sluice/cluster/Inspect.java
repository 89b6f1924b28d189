package io.sluice.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a channel's record holds; the backups confirm it, as everything that is shown. Makes
 * none.
 */
final class Inspect
    implements EntryProcessor<String, ChannelRecord, Inspected>, IdentifiedDataSerializable {

  private static final long serialVersionUID = 1;

  private final transient Keeper keeper;
  private transient @Nullable Grown<Inspected> confirmation;

  private transient long node;

  /**
   * Asks.
   *
   * @param node that does, and knows its own readers
   */
  Inspect(Keeper keeper, long node) {
    this.keeper = keeper;
    this.node = node;
  }

  @Override
  public Inspected process(Map.Entry<String, ChannelRecord> entry) {
    confirmation = null;
    if (!keeper.hasMajority()) {
      return Inspected.NO_QUORUM;
    }
    keeper.requireCopies(entry.getKey());
    ChannelRecord record = entry.getValue();
    if (record == null) {
      return Inspected.NONE;
    }
    record.expire();
    confirmation = record.confirmed(false);
    return Inspected.of(record.log(), keeper.followers().of(entry.getKey()), node);
  }

  @Override
  public @Nullable EntryProcessor<String, ChannelRecord, Inspected> getBackupProcessor() {
    return confirmation;
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.INSPECT;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeLong(node);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    node = in.readLong();
  }
}
