package io.sluice.cluster;

import io.sluice.channel.Position;
import io.sluice.channel.log.RecordForm;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a record remembers of the last request of one node, so that a repeat appends nothing.
 *
 * @param node that asked
 * @param serial of the request
 * @param follows where the log stood before it
 * @param timeMs that the appended events show
 * @param outcomes of its items
 * @param atMs when, on the holder's monotonic clock; travels as an age
 */
record Memo(
    long node, long serial, Position follows, long timeMs, List<Outcome> outcomes, long atMs) {

  Memo {
    outcomes = List.copyOf(outcomes);
  }

  static void write(DataOutput out, List<Memo> memos, long nowMs) throws IOException {
    out.writeInt(memos.size());
    for (Memo memo : memos) {
      memo.write(out, nowMs);
    }
  }

  static List<Memo> readAll(DataInput in, long nowMs) throws IOException {
    List<Memo> memos = new ArrayList<>();
    for (int left = RecordForm.length(in); left > 0; left--) {
      memos.add(read(in, nowMs));
    }
    return List.copyOf(memos);
  }

  private void write(DataOutput out, long nowMs) throws IOException {
    out.writeLong(node);
    out.writeLong(serial);
    RecordForm.writePosition(out, follows);
    out.writeLong(timeMs);
    Outcome.write(out, outcomes);
    out.writeLong(nowMs - atMs);
  }

  private static Memo read(DataInput in, long nowMs) throws IOException {
    long node = in.readLong();
    long serial = in.readLong();
    Position follows = RecordForm.position(in);
    long timeMs = in.readLong();
    List<Outcome> outcomes = Outcome.read(in);
    return new Memo(node, serial, follows, timeMs, outcomes, nowMs - in.readLong());
  }
}
