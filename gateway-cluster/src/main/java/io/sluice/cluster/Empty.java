package io.sluice.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.Position;
import io.sluice.channel.log.RecordForm;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Empties a channel's log: on the owner at its head, on a backup only if that stands at the same
 * head. Running it twice changes nothing.
 */
final class Empty
    implements EntryProcessor<String, ChannelRecord, Emptied>, IdentifiedDataSerializable {

  private static final long serialVersionUID = 1;

  private final transient Keeper keeper;

  /** Where the owner stands; null on the owner. */
  private transient @Nullable Position head;

  private transient boolean fresh;
  private transient @Nullable Empty backup;

  Empty(Keeper keeper) {
    this(keeper, null, false);
  }

  private Empty(Keeper keeper, @Nullable Position head, boolean fresh) {
    this.keeper = keeper;
    this.head = head;
    this.fresh = fresh;
  }

  @Override
  public Emptied process(Map.Entry<String, ChannelRecord> entry) {
    return head == null ? own(entry) : follow(entry, head);
  }

  private Emptied own(Map.Entry<String, ChannelRecord> entry) {
    backup = null;
    if (!keeper.hasMajority()) {
      return Emptied.NO_QUORUM;
    }
    keeper.requireCopies(entry.getKey());
    ChannelRecord record = entry.getValue();
    boolean made = record == null;
    if (record == null) {
      record = ChannelRecord.open(keeper, entry.getKey(), keeper.newEpoch());
      entry.setValue(record);
    }
    record.empty();
    backup = new Empty(keeper, record.head(), made);
    return new Emptied(true, record.head(), keeper.followers().moved(record.log()).nodes());
  }

  private Emptied follow(Map.Entry<String, ChannelRecord> entry, Position at) {
    ChannelRecord record = entry.getValue();
    if (fresh) {
      record = ChannelRecord.open(keeper, entry.getKey(), at.epoch());
      entry.setValue(record);
    }
    if (record == null || !record.head().equals(at)) {
      keeper.held().holes().increment();
      throw new Hole("does not stand at " + at);
    }
    record.empty();
    return Emptied.NO_QUORUM; // nobody reads it
  }

  @Override
  public @Nullable EntryProcessor<String, ChannelRecord, Emptied> getBackupProcessor() {
    return backup;
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.EMPTY;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    Position at = head;
    out.writeBoolean(at != null);
    if (at != null) {
      RecordForm.writePosition(out, at);
      out.writeBoolean(fresh);
    }
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    if (in.readBoolean()) {
      head = RecordForm.position(in);
      fresh = in.readBoolean();
    }
  }
}
