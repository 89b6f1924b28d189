package io.sluice.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.Batch;
import io.sluice.channel.Position;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a backup takes over from its owner: the events that follow a position, up to the owner's
 * head. A backup that does not stand there refuses with a {@link Hole}. Without events it only says
 * that it has all.
 *
 * @param <R> what the owner's half answers; this half answers nothing
 */
final class Grown<R>
    implements EntryProcessor<String, ChannelRecord, @Nullable R>, IdentifiedDataSerializable {

  private static final long serialVersionUID = 1;

  private final transient Keeper keeper;
  private transient boolean fresh;
  private transient Batch events;
  private transient List<RecordIds.Id> ids;
  private transient List<Memo> memos;

  /**
   * @param fresh whether the owner had none and has made a record
   * @param events up to the owner's head
   * @param ids of publishes to remember
   * @param memos of requests to remember
   */
  Grown(Keeper keeper, boolean fresh, Batch events, List<RecordIds.Id> ids, List<Memo> memos) {
    this.keeper = keeper;
    this.fresh = fresh;
    this.events = events;
    this.ids = ids;
    this.memos = memos;
  }

  /** One whose fields are read next. */
  static Grown<Object> empty(Keeper keeper) {
    return new Grown<>(
        keeper, false, new Batch("", Position.start(0), List.of()), List.of(), List.of());
  }

  Batch events() {
    return events;
  }

  List<RecordIds.Id> ids() {
    return ids;
  }

  List<Memo> memos() {
    return memos;
  }

  @Override
  public @Nullable R process(Map.Entry<String, ChannelRecord> entry) {
    ChannelRecord record = entry.getValue();
    long epoch = events.follows().epoch();
    if (fresh && (record == null || record.log().epoch() != epoch)) {
      record = ChannelRecord.open(keeper, entry.getKey(), epoch);
      entry.setValue(record);
    }
    if (record == null) {
      keeper.held().holes().increment();
      throw new Hole("has no record of " + entry.getKey());
    }
    try {
      record.grow(this);
    } catch (Hole hole) {
      keeper.held().holes().increment();
      throw hole;
    }
    return null;
  }

  @Override
  public @Nullable EntryProcessor<String, ChannelRecord, @Nullable R> getBackupProcessor() {
    return null; // it runs on backups only
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.GROWN;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    long now = keeper.nowMs();
    out.writeBoolean(fresh);
    Wire.writeBatch(out, events);
    RecordIds.write(out, ids, now);
    Memo.write(out, memos, now);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    long now = keeper.nowMs();
    fresh = in.readBoolean();
    events = Wire.batch(in);
    ids = RecordIds.read(in, now);
    memos = Memo.readAll(in, now);
  }
}
