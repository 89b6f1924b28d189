package io.sluice.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.Position;
import io.sluice.channel.log.RecordForm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** An owner's answer to a {@link Compare}: all that it has noted, in the partitions that differ. */
final class Differences implements IdentifiedDataSerializable {

  /** About as many entries one answer has at most; the others come in the next round. */
  static final int MAX_ENTRIES = 5_000;

  private List<Integer> partitions;
  private List<Entry> entries;

  /**
   * What the owner has of a channel that the node follows.
   *
   * @param version of the follow
   * @param head of the log, which may not be backed up yet
   * @param deletedTo up to where it was emptied on request
   * @param readers that the node has of it
   */
  record Entry(String channel, long version, Position head, long deletedTo, int readers) {}

  Differences(List<Integer> partitions, List<Entry> entries) {
    this.partitions = List.copyOf(partitions);
    this.entries = List.copyOf(entries);
  }

  /** One whose fields are read next. */
  static Differences empty() {
    return new Differences(List.of(), List.of());
  }

  List<Integer> partitions() {
    return partitions;
  }

  List<Entry> entries() {
    return entries;
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.DIFFERENCES;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeInt(partitions.size());
    for (int partition : partitions) {
      out.writeInt(partition);
    }
    out.writeInt(entries.size());
    for (Entry entry : entries) {
      RecordForm.writeText(out, entry.channel);
      out.writeLong(entry.version);
      RecordForm.writePosition(out, entry.head);
      out.writeLong(entry.deletedTo);
      out.writeInt(entry.readers);
    }
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    List<Integer> differing = new ArrayList<>();
    for (int left = RecordForm.length(in); left > 0; left--) {
      differing.add(in.readInt());
    }
    List<Entry> read = new ArrayList<>();
    for (int left = RecordForm.length(in); left > 0; left--) {
      read.add(
          new Entry(
              RecordForm.text(in),
              in.readLong(),
              RecordForm.position(in),
              in.readLong(),
              in.readInt()));
    }
    partitions = List.copyOf(differing);
    entries = List.copyOf(read);
  }
}
