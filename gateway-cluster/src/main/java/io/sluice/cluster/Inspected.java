package io.sluice.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.Broker;
import io.sluice.channel.Position;
import io.sluice.channel.log.ChannelLog;
import io.sluice.channel.log.RecordForm;
import java.io.IOException;

/** The owner's answer to an {@link Inspect}. */
final class Inspected implements IdentifiedDataSerializable {

  /** What an owner can say. */
  enum Status {
    KNOWN,
    NONE,
    NO_QUORUM
  }

  static final Inspected NONE = new Inspected(Status.NONE, nothing());
  static final Inspected NO_QUORUM = new Inspected(Status.NO_QUORUM, nothing());

  private Status status;
  private Broker.Info info;

  private Inspected(Status status, Broker.Info info) {
    this.status = status;
    this.info = info;
  }

  private static Broker.Info nothing() {
    return new Broker.Info("", Position.start(0), 0, 0, false, 0);
  }

  /**
   * What a log holds.
   *
   * @param node that has asked
   */
  static Inspected of(ChannelLog log, Followers.Followed by, long node) {
    boolean followed = by.nodes().length > 0;
    return new Inspected(
        Status.KNOWN,
        new Broker.Info(
            log.channel(), log.head(), log.count(), log.bytes(), followed, by.readersBut(node)));
  }

  /** One whose fields are read next. */
  static Inspected empty() {
    return new Inspected(Status.NONE, nothing());
  }

  Status status() {
    return status;
  }

  Broker.Info info() {
    return info;
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.INSPECTED;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    RecordForm.writeText(out, status.name());
    RecordForm.writeText(out, info.channel());
    RecordForm.writePosition(out, info.head());
    out.writeInt(info.count());
    out.writeLong(info.bytes());
    out.writeBoolean(info.followed());
    out.writeInt(info.elsewhere());
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    status = Status.valueOf(RecordForm.text(in));
    info =
        new Broker.Info(
            RecordForm.text(in),
            RecordForm.position(in),
            in.readInt(),
            in.readLong(),
            in.readBoolean(),
            in.readInt());
  }
}
