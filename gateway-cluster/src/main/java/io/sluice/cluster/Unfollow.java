package io.sluice.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node does not follow a channel any more. Changes no record. */
final class Unfollow
    implements EntryProcessor<String, ChannelRecord, Boolean>, IdentifiedDataSerializable {

  private static final long serialVersionUID = 1;

  private final transient Keeper keeper;
  private transient long node;
  private transient long version;

  /**
   * @param version of the follow that is over; a later one stays
   */
  Unfollow(Keeper keeper, long node, long version) {
    this.keeper = keeper;
    this.node = node;
    this.version = version;
  }

  @Override
  public Boolean process(Map.Entry<String, ChannelRecord> entry) {
    keeper.followers().drop(entry.getKey(), node, version);
    return true;
  }

  @Override
  public @Nullable EntryProcessor<String, ChannelRecord, Boolean> getBackupProcessor() {
    return null;
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.UNFOLLOW;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeLong(node);
    out.writeLong(version);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    node = in.readLong();
    version = in.readLong();
  }
}
