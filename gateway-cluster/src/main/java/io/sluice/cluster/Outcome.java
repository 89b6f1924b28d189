package io.sluice.cluster;

import io.sluice.channel.log.RecordForm;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What became of one item of a {@link PublishRequest}.
 *
 * @param kind what
 * @param offset of the event; 0 if there is none
 * @param stamp of the event
 */
record Outcome(Kind kind, long offset, int stamp) {

  /** What can become of it. */
  enum Kind {
    /** Appended by this request. */
    APPENDED,
    /** Its id was seen before, with this content. */
    REPEATED,
    /** Its id was seen before with other content. */
    ID_REUSED,
    /** No room to remember another id. */
    IDS_FULL
  }

  static final Outcome ID_REUSED = new Outcome(Kind.ID_REUSED, 0, 0);
  static final Outcome IDS_FULL = new Outcome(Kind.IDS_FULL, 0, 0);

  boolean hasEvent() {
    return offset > 0;
  }

  static void write(DataOutput out, List<Outcome> outcomes) throws IOException {
    out.writeInt(outcomes.size());
    for (Outcome outcome : outcomes) {
      RecordForm.writeText(out, outcome.kind.name());
      out.writeLong(outcome.offset);
      out.writeInt(outcome.stamp);
    }
  }

  static List<Outcome> read(DataInput in) throws IOException {
    List<Outcome> outcomes = new ArrayList<>();
    for (int left = RecordForm.length(in); left > 0; left--) {
      Kind kind = Kind.valueOf(RecordForm.text(in));
      long offset = in.readLong();
      outcomes.add(new Outcome(kind, offset, in.readInt()));
    }
    return List.copyOf(outcomes);
  }
}
