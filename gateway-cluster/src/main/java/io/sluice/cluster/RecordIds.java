package io.sluice.cluster;

import io.sluice.channel.log.RecordForm;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ids that clients gave recent publishes of one channel, from the oldest on. */
final class RecordIds {

  /**
   * A publish that was answered.
   *
   * @param offset of its event
   * @param stamp of its event
   * @param fingerprint of its content
   * @param atMs when, on the holder's monotonic clock; travels as an age
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by Arrays.equals where it matters
  record Id(String text, long offset, int stamp, byte[] fingerprint, long atMs) {}

  /** Null while there is none, as in most channels. */
  private @Nullable Map<String, Id> known;

  @Nullable Id find(String text) {
    return known == null ? null : known.get(text);
  }

  /** Whether it was not known yet. Another publish takes the place of one that was forgotten. */
  boolean add(Id id) {
    if (known == null) {
      known = new LinkedHashMap<>(4);
    }
    Id before = known.get(id.text);
    if (before == null || before.offset != id.offset) {
      known.remove(id.text); // it is the youngest from now on
      known.put(id.text, id);
    }
    return before == null;
  }

  /** Forgets what is older; how many those were. */
  int expire(long beforeMs) {
    if (known == null) {
      return 0;
    }
    int gone = 0;
    Iterator<Id> oldest = known.values().iterator();
    while (oldest.hasNext() && oldest.next().atMs <= beforeMs) {
      oldest.remove();
      gone++;
    }
    if (known.isEmpty()) {
      known = null;
    }
    return gone;
  }

  /** Those of events from an offset on. */
  List<Id> from(long offset) {
    List<Id> later = new ArrayList<>();
    if (known != null) {
      for (Id id : known.values()) {
        if (id.offset >= offset) {
          later.add(id);
        }
      }
    }
    return later;
  }

  int size() {
    return known == null ? 0 : known.size();
  }

  void write(DataOutput out, long nowMs) throws IOException {
    write(out, known == null ? List.of() : known.values(), nowMs);
  }

  static void write(DataOutput out, Collection<Id> ids, long nowMs) throws IOException {
    out.writeInt(ids.size());
    for (Id id : ids) {
      RecordForm.writeText(out, id.text);
      out.writeLong(id.offset);
      out.writeInt(id.stamp);
      RecordForm.writeBytes(out, id.fingerprint);
      out.writeLong(nowMs - id.atMs);
    }
  }

  static List<Id> read(DataInput in, long nowMs) throws IOException {
    List<Id> ids = new ArrayList<>();
    for (int left = RecordForm.length(in); left > 0; left--) {
      String text = RecordForm.text(in);
      long offset = in.readLong();
      int stamp = in.readInt();
      byte[] fingerprint = RecordForm.bytes(in);
      ids.add(new Id(text, offset, stamp, fingerprint, nowMs - in.readLong()));
    }
    return ids;
  }
}
