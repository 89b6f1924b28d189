package io.sluice.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.Position;
import io.sluice.channel.log.RecordForm;
import java.io.IOException;

/** The owner's answer to an {@link Empty}. */
final class Emptied implements IdentifiedDataSerializable {

  private static final long[] NOBODY = {};
  static final Emptied NO_QUORUM = new Emptied(false, Position.start(0), NOBODY);

  private boolean done;
  private Position head;
  private long[] followers;

  Emptied(boolean done, Position head, long[] followers) {
    this.done = done;
    this.head = head;
    this.followers = followers;
  }

  /** One whose fields are read next. */
  static Emptied empty() {
    return new Emptied(false, Position.start(0), NOBODY);
  }

  boolean isDone() {
    return done;
  }

  /** Up to where the log is empty now. */
  Position head() {
    return head;
  }

  /** Nodes that follow the channel, as far as the owner knows. */
  long[] followers() {
    return followers.clone();
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.EMPTIED;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeBoolean(done);
    RecordForm.writePosition(out, head);
    out.writeLongArray(followers);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    done = in.readBoolean();
    head = RecordForm.position(in);
    long[] read = in.readLongArray();
    followers = read == null ? NOBODY : read;
  }
}
