package io.sluice.channel.log;

import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a record, in the state file and between nodes. What it reads may be damaged: each
 * length is bounded, and what cannot be is refused with {@link Malformed} or {@link
 * IllegalArgumentException}.
 */
public final class RecordForm {

  /** No list, string or array is larger; a damaged length must not exhaust the memory. */
  private static final int MAX_LENGTH = 1 << 28;

  private static final int FIRST_READ = 1 << 16;

  private RecordForm() {}

  /** The bytes are no record; the message says how. */
  public static final class Malformed extends IOException {
    private static final long serialVersionUID = 1;

    public Malformed(String message) {
      super(message);
    }
  }

  /** Writes a whole record. */
  public static void writeLog(DataOutput out, ChannelLog.Saved log) throws IOException {
    writeText(out, log.channel());
    out.writeLong(log.epoch());
    for (long offset : log.offsets()) {
      out.writeLong(offset);
    }
    for (int stamp : log.stamps()) {
      out.writeInt(stamp);
    }
    writeText(out, log.lastDrop().name());
    out.writeLong(log.idleMs());
    out.writeInt(log.events().size());
    for (int i = 0; i < log.events().size(); i++) {
      writeEvent(out, log.events().get(i));
      out.writeLong(log.agesMs().get(i));
    }
  }

  /**
   * Reads a whole record.
   *
   * @param away milliseconds that every age has grown by since it was written
   */
  public static ChannelLog.Saved readLog(DataInput in, long away) throws IOException {
    String channel = text(in);
    long epoch = in.readLong();
    long[] offsets = {in.readLong(), in.readLong(), in.readLong(), in.readLong()};
    int[] stamps = {in.readInt(), in.readInt()};
    Gap.Reason lastDrop = Gap.Reason.valueOf(text(in));
    long idleMs = in.readLong() + away;
    int count = length(in);
    if (count != offsets[0] - offsets[1] + 1) {
      throw new Malformed("channel " + channel + " has " + count + " events, not those it names");
    }
    List<Event> events = new ArrayList<>();
    List<Long> ages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(readEvent(in, offsets[1] + i));
      ages.add(in.readLong() + away);
    }
    return new ChannelLog.Saved(channel, epoch, offsets, stamps, lastDrop, idleMs, events, ages);
  }

  /** Writes an event without its offset, which follows from where it stands. */
  public static void writeEvent(DataOutput out, Event event) throws IOException {
    out.writeInt(event.stamp());
    writeOptional(out, event.name());
    writeOptional(out, event.type());
    writeText(out, event.kind().name());
    out.writeLong(event.timeMs());
    writeBytes(out, event.data());
  }

  /** Reads an event that has this offset. */
  public static Event readEvent(DataInput in, long offset) throws IOException {
    int stamp = in.readInt();
    String name = optional(in);
    String type = optional(in);
    Event.Kind kind = Event.Kind.valueOf(text(in));
    long timeMs = in.readLong();
    return new Event(offset, stamp, name, type, kind, bytes(in), timeMs);
  }

  /** Writes a position. */
  public static void writePosition(DataOutput out, Position position) throws IOException {
    out.writeLong(position.epoch());
    out.writeLong(position.offset());
    out.writeInt(position.stamp());
  }

  /** Reads a position. */
  public static Position position(DataInput in) throws IOException {
    return new Position(in.readLong(), in.readLong(), in.readInt());
  }

  /** Writes a text or that there is none. */
  public static void writeOptional(DataOutput out, @Nullable String text) throws IOException {
    out.writeBoolean(text != null);
    if (text != null) {
      writeText(out, text);
    }
  }

  /** Reads a text, or null if there is none. */
  public static @Nullable String optional(DataInput in) throws IOException {
    return in.readBoolean() ? text(in) : null;
  }

  /** Writes a text as UTF-8. */
  public static void writeText(DataOutput out, String text) throws IOException {
    writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Reads a text. */
  public static String text(DataInput in) throws IOException {
    return new String(bytes(in), StandardCharsets.UTF_8);
  }

  /** Writes bytes with their length before them. */
  public static void writeBytes(DataOutput out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** Reads bytes with their length before them. */
  public static byte[] bytes(DataInput in) throws IOException {
    int length = length(in);
    byte[] bytes = new byte[Math.min(length, FIRST_READ)];
    in.readFully(bytes);
    while (bytes.length < length) { // a damaged length must not take memory that nothing fills
      int read = bytes.length;
      bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * read));
      in.readFully(bytes, read, bytes.length - read);
    }
    return bytes;
  }

  /** Reads how many follow: 0 to 2^28. */
  public static int length(DataInput in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MAX_LENGTH) {
      throw new Malformed("a length of " + length + " is not possible");
    }
    return length;
  }
}
