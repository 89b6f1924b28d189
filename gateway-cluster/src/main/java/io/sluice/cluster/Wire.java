package io.sluice.cluster;

import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import io.sluice.channel.Start;
import io.sluice.channel.log.RecordForm;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything of ours that nodes send each other, by number, and the bytes of its parts. Each node
 * has its own, which gives what arrives the node's {@link Keeper}.
 */
final class Wire implements DataSerializableFactory {

  /** The number of this factory; nothing else of ours is ever read from another node. */
  static final int FACTORY = 1;

  static final int RECORD = 1;
  static final int APPEND = 2;
  static final int APPENDED = 3;
  static final int GROWN = 4;
  static final int LOOK = 5;
  static final int SLICED = 6;
  static final int UNFOLLOW = 7;
  static final int EMPTY = 8;
  static final int EMPTIED = 9;
  static final int INSPECT = 10;
  static final int INSPECTED = 11;
  static final int HINTS = 12;
  static final int COMPARE = 13;
  static final int DIFFERENCES = 14;
  static final int NAMES = 15;
  static final int SWEEP = 16;
  static final int ALIVE = 19;
  static final int QUESTION = 40;

  private final List<@Nullable Supplier<IdentifiedDataSerializable>> makers = new ArrayList<>();

  /** Says what makes an empty object of a number, whose fields are read next. */
  Wire with(int number, Supplier<IdentifiedDataSerializable> maker) {
    while (makers.size() <= number) {
      makers.add(null);
    }
    makers.set(number, maker);
    return this;
  }

  @Override
  public IdentifiedDataSerializable create(int number) {
    Supplier<IdentifiedDataSerializable> maker =
        number >= 0 && number < makers.size() ? makers.get(number) : null;
    if (maker == null) {
      throw new IllegalArgumentException(
          "a node sent something with the number " + number + ", which this version does not know");
    }
    return maker.get();
  }

  static void writeBatch(DataOutput out, Batch batch) throws IOException {
    RecordForm.writeText(out, batch.channel());
    RecordForm.writePosition(out, batch.follows());
    writeEvents(out, batch.events());
  }

  static Batch batch(DataInput in) throws IOException {
    String channel = RecordForm.text(in);
    Position follows = RecordForm.position(in);
    return new Batch(channel, follows, events(in, follows.offset() + 1));
  }

  static void writeEvents(DataOutput out, List<Event> events) throws IOException {
    out.writeInt(events.size());
    for (Event event : events) {
      RecordForm.writeEvent(out, event);
    }
  }

  /** Events of which the first has this offset. */
  static List<Event> events(DataInput in, long first) throws IOException {
    int count = RecordForm.length(in);
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(RecordForm.readEvent(in, first + i));
    }
    return events;
  }

  static void writeGap(DataOutput out, @Nullable Gap gap) throws IOException {
    RecordForm.writeOptional(out, gap == null ? null : gap.reason().name());
    if (gap != null) {
      RecordForm.writePosition(out, gap.goOn());
    }
  }

  static @Nullable Gap gap(DataInput in) throws IOException {
    String reason = RecordForm.optional(in);
    return reason == null ? null : new Gap(Gap.Reason.valueOf(reason), RecordForm.position(in));
  }

  static void writeSlice(DataOutput out, Broker.Slice slice) throws IOException {
    writeGap(out, slice.gap());
    writeBatch(out, slice.events());
    RecordForm.writePosition(out, slice.head());
  }

  static Broker.Slice slice(DataInput in) throws IOException {
    Gap gap = gap(in);
    Batch events = batch(in);
    return new Broker.Slice(gap, events, RecordForm.position(in));
  }

  private static final byte HEAD = 0;
  private static final byte REWIND = 1;
  private static final byte AFTER = 2;
  private static final byte UNUSABLE = 3;

  static void writeStart(DataOutput out, Start start) throws IOException {
    if (start instanceof Start.Rewind rewind) {
      out.writeByte(REWIND);
      out.writeLong(rewind.count());
    } else if (start instanceof Start.After after) {
      out.writeByte(AFTER);
      RecordForm.writePosition(out, after.position());
    } else {
      out.writeByte(start instanceof Start.Head ? HEAD : UNUSABLE);
    }
  }

  static Start start(DataInput in) throws IOException {
    byte kind = in.readByte();
    return switch (kind) {
      case HEAD -> Start.HEAD;
      case REWIND -> new Start.Rewind(in.readLong());
      case AFTER -> new Start.After(RecordForm.position(in));
      case UNUSABLE -> new Start.Unusable();
      default -> throw new RecordForm.Malformed("no start has the number " + kind);
    };
  }
}
