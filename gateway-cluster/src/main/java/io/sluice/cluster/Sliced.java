package io.sluice.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Position;
import io.sluice.channel.log.ChannelLog;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The owner's answer to a {@link Look}. It counts only once the backups have acknowledged. */
final class Sliced implements IdentifiedDataSerializable {

  static final Sliced NO_QUORUM = new Sliced(false, nothing(), null, new long[0], 0);

  private static final long[] NONE = {};

  private boolean answered;
  private Broker.Slice slice;
  private @Nullable Batch end;
  private long[] agesMs;
  private long deletedTo;

  private Sliced(
      boolean answered, Broker.Slice slice, @Nullable Batch end, long[] agesMs, long deletedTo) {
    this.answered = answered;
    this.slice = slice;
    this.end = end;
    this.agesMs = agesMs;
    this.deletedTo = deletedTo;
  }

  private static Broker.Slice nothing() {
    Position nowhere = Position.start(0);
    return new Broker.Slice(null, new Batch("", nowhere, List.of()), nowhere);
  }

  /**
   * What a log has.
   *
   * @param end the last events for a node that begins to follow, or null
   */
  static Sliced of(ChannelLog log, Broker.Slice slice, @Nullable Batch end, long nowMs) {
    Batch aged = end == null ? slice.events() : end;
    long[] ages = new long[aged.events().size()];
    for (int i = 0; i < ages.length; i++) {
      ages[i] = log.ageMs(aged.events().get(i).offset(), nowMs);
    }
    return new Sliced(true, slice, end, ages, log.deletedTo());
  }

  /** One whose fields are read next. */
  static Sliced empty() {
    return new Sliced(false, nothing(), null, NONE, 0);
  }

  /** Whether the owner saw a majority; nothing else is told if it did not. */
  boolean isAnswered() {
    return answered;
  }

  Broker.Slice slice() {
    return slice;
  }

  /** The end of the log, for a tail; what was read if the node does not begin to follow. */
  Batch end() {
    return end == null ? slice.events() : end;
  }

  /** How old an event of {@link #end} is, in milliseconds. */
  long ageMs(int index) {
    return agesMs[index];
  }

  /** Up to where the log was emptied on request. */
  long deletedTo() {
    return deletedTo;
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.SLICED;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeBoolean(answered);
    Wire.writeSlice(out, slice);
    Batch more = end;
    out.writeBoolean(more != null);
    if (more != null) {
      Wire.writeBatch(out, more);
    }
    out.writeLongArray(agesMs);
    out.writeLong(deletedTo);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    answered = in.readBoolean();
    slice = Wire.slice(in);
    end = in.readBoolean() ? Wire.batch(in) : null;
    long[] ages = in.readLongArray();
    agesMs = ages == null ? NONE : ages;
    deletedTo = in.readLong();
    int told = end().events().size();
    if (agesMs.length != told) {
      throw new IOException(agesMs.length + " ages for " + told + " events");
    }
  }
}
