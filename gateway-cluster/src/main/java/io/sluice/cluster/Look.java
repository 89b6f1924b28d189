package io.sluice.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a channel on its owner, and notes the node as a follower in the same step. The backups
 * confirm what is read, so that nobody is shown what only the owner has. An unknown channel is
 * made.
 */
final class Look
    implements EntryProcessor<String, ChannelRecord, Sliced>, IdentifiedDataSerializable {

  private static final long serialVersionUID = 1;

  /** What a node that begins to follow is given of the end of the log, beside what it asked for. */
  static final Broker.Page END = new Broker.Page(256, 128 << 10);

  /** All that a record has, unless it keeps more than anybody would want in one message. */
  static final Broker.Page WHOLE = new Broker.Page(10_000, 4 << 20);

  private final transient Keeper keeper;
  private transient Query query;
  private transient @Nullable Grown<Sliced> confirmation;

  /**
   * What is asked.
   *
   * @param start where to read
   * @param attached whether a reader asks that has been reading: it is shown the floor, too
   * @param page how much
   * @param node that asks
   * @param version of its follow; 0 if it does not say that it follows
   * @param readers that it has if it follows
   */
  record Query(
      Start start, boolean attached, Broker.Page page, long node, long version, int readers) {

    static final Query NOTHING = new Query(Start.HEAD, false, new Broker.Page(0, 0), 0, 0, 0);
  }

  Look(Keeper keeper, Query query) {
    this.keeper = keeper;
    this.query = query;
  }

  /** One whose fields are read next. */
  static Look empty(Keeper keeper) {
    return new Look(keeper, Query.NOTHING);
  }

  @Override
  public Sliced process(Map.Entry<String, ChannelRecord> entry) {
    confirmation = null;
    if (!keeper.hasMajority()) {
      return Sliced.NO_QUORUM;
    }
    keeper.requireCopies(entry.getKey());
    ChannelRecord record = entry.getValue();
    boolean fresh = record == null;
    if (record == null) {
      record = ChannelRecord.open(keeper, entry.getKey(), keeper.newEpoch());
      entry.setValue(record);
    }
    record.expire();
    record.used();
    confirmation = record.confirmed(fresh);
    if (query.version() > 0) {
      keeper.followers().note(record.log(), query);
    }
    return answer(record);
  }

  private Sliced answer(ChannelRecord record) {
    Broker.Slice slice = record.look(query.start(), query.attached(), query.page());
    boolean begins = query.version() > 0 && !query.attached();
    Batch end = begins ? record.end(query.start()) : null;
    return Sliced.of(record.log(), slice, end, keeper.nowMs());
  }

  @Override
  public @Nullable EntryProcessor<String, ChannelRecord, Sliced> getBackupProcessor() {
    return confirmation;
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.LOOK;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    Wire.writeStart(out, query.start());
    out.writeBoolean(query.attached());
    out.writeInt(query.page().maxCount());
    out.writeInt(query.page().maxBytes());
    out.writeLong(query.node());
    out.writeLong(query.version());
    out.writeInt(query.readers());
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    Start start = Wire.start(in);
    boolean attached = in.readBoolean();
    Broker.Page page = new Broker.Page(in.readInt(), in.readInt());
    query = new Query(start, attached, page, in.readLong(), in.readLong(), in.readInt());
  }

  /** Where a tail goes on when it lacks something. */
  static Query after(Position position, Broker.Page page, long node) {
    return new Query(new Start.After(position), true, page, node, 0, 0);
  }
}
