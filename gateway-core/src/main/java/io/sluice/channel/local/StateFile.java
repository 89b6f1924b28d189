package io.sluice.channel.local;

import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import io.sluice.channel.log.ChannelLog;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file in which an orderly stop leaves the logs: {@code docs/protocol.md} §17.
 *
 * <p>A header (magic, version, when it was written), the records, the publish ids and a CRC-32 of
 * all of it. Written beside its name, forced to the disk, then renamed, so that there is never half
 * a file. Read once: {@link #take} deletes it before it returns, because a file that is read twice
 * would bring back positions that have been given to other events since.
 *
 * <p>Blocks; never called on an event loop.
 */
public final class StateFile {

  private static final Logger LOG = LoggerFactory.getLogger(StateFile.class);

  private static final long MAGIC = 0x534c554943450a1aL; // "SLUICE" and line ends that get mangled
  private static final int VERSION = 1;

  /** No saved list, string or array is larger; a damaged length must not exhaust the memory. */
  private static final int MAX_LENGTH = 1 << 28;

  private static final int END = 0x454e4421;

  private final Path path;

  /** The file of that name; its folder must exist. */
  public StateFile(Path path) {
    this.path = path;
  }

  /** The file cannot be used. The message says what, where and what to do. */
  public static final class Unusable extends Exception {
    private static final long serialVersionUID = 1;

    Unusable(String message, @Nullable Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Writes the state.
   *
   * @param wallClockMs now, milliseconds since 1970
   * @throws IOException if any of it fails; an older file of that name is then untouched, and
   *     nothing is left of the new one
   */
  public void write(SavedState state, long wallClockMs) throws IOException {
    Path beside = beside();
    Files.deleteIfExists(beside);
    try {
      Files.createFile(beside, ownerOnly());
      fill(beside, state, wallClockMs);
      Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException | RuntimeException | Error failure) {
      deleteAfter(failure, beside);
      throw failure;
    }
    forceFolder();
  }

  /** Half a file would only keep a full disk full. */
  private static void deleteAfter(Throwable failure, Path half) {
    try {
      Files.deleteIfExists(half);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private Path beside() {
    return path.resolveSibling(path.getFileName() + ".new");
  }

  /** Where an unusable file is kept for whoever wants to know what it was; one, the last. */
  private Path aside() {
    return path.resolveSibling(path.getFileName() + ".unusable");
  }

  private static void fill(Path beside, SavedState state, long wallClockMs) throws IOException {
    CRC32 crc = new CRC32();
    try (OutputStream file = Files.newOutputStream(beside, StandardOpenOption.WRITE);
        DataOutputStream out =
            new DataOutputStream(new CheckedOutputStream(new BufferedOutputStream(file), crc))) {
      writeAll(out, state, wallClockMs);
      out.writeLong(crc.getValue());
    }
    force(beside);
  }

  private static FileAttribute<?>[] ownerOnly() {
    boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private void forceFolder() throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  /**
   * Reads the file and deletes it; what a stop that was cut short left beside it goes too. A file
   * that cannot be used is moved aside, so that the next orderly stop finds the name free.
   *
   * @param wallClockMs now, milliseconds since 1970: the time since the file was written is added
   *     to every age
   * @return null if there is no file
   * @throws Unusable if it is damaged, of another version, or cannot be read or deleted: the caller
   *     opens new epochs
   */
  public @Nullable SavedState take(long wallClockMs) throws Unusable {
    deleteStale();
    if (Files.notExists(path)) { // known to be absent: what cannot be looked at is no such file
      return null;
    }
    SavedState state = read(wallClockMs);
    try {
      Files.delete(path);
      forceFolder();
    } catch (IOException e) {
      throw new Unusable(
          "state file "
              + path
              + " cannot be deleted after reading it: "
              + e
              + "; every channel opens a new epoch: check the folder's permissions",
          e);
    }
    return state;
  }

  private void deleteStale() {
    try {
      Files.deleteIfExists(beside());
    } catch (IOException e) {
      LOG.warn("what an earlier stop left at {} cannot be deleted: {}", beside(), e.toString());
    }
  }

  private SavedState read(long wallClockMs) throws Unusable {
    CRC32 crc = new CRC32();
    try (InputStream file = Files.newInputStream(path);
        DataInputStream in =
            new DataInputStream(new CheckedInputStream(new BufferedInputStream(file), crc))) {
      SavedState state = readAll(in, wallClockMs);
      long computed = crc.getValue();
      if (in.readLong() != computed || in.read() >= 0) {
        throw new Foreign("it is damaged: its check does not match");
      }
      return state;
    } catch (Foreign | EOFException | IllegalArgumentException content) {
      String what = content instanceof Foreign ? content.getMessage() : "it is damaged or cut off";
      throw new Unusable(
          "state file "
              + path
              + " cannot be used: "
              + what
              + "; every channel opens a new epoch, and "
              + moveAside(),
          content);
    } catch (IOException e) {
      throw new Unusable(
          "state file "
              + path
              + " cannot be read: "
              + e
              + "; every channel opens a new epoch: check the permissions, or remove the file",
          e);
    }
  }

  /** What becomes of a file whose content means nothing, in words. */
  private String moveAside() {
    try {
      Files.move(path, aside(), StandardCopyOption.REPLACE_EXISTING);
      return "the next orderly stop writes a new one; nothing need be done (the unusable one is now "
          + aside()
          + ")";
    } catch (IOException e) {
      return "it cannot be moved to "
          + aside()
          + " ("
          + e
          + "): the next orderly stop overwrites it; move it if you want to keep it";
    }
  }

  /** The content is not what an orderly stop writes; the message says how. */
  private static final class Foreign extends IOException {
    private static final long serialVersionUID = 1;

    Foreign(String message) {
      super(message);
    }
  }

  private static void writeAll(DataOutputStream out, SavedState state, long wallClockMs)
      throws IOException {
    out.writeLong(MAGIC);
    out.writeInt(VERSION);
    out.writeLong(wallClockMs);
    out.writeInt(state.logs().size());
    for (ChannelLog.Saved log : state.logs()) {
      writeLog(out, log);
    }
    out.writeInt(state.ids().size());
    for (SavedState.Id id : state.ids()) {
      writeText(out, id.channel());
      writeText(out, id.id());
      writePosition(out, id.position());
      writeBytes(out, id.fingerprint());
      out.writeLong(id.ageMs());
    }
    out.writeInt(END);
  }

  private static SavedState readAll(DataInputStream in, long wallClockMs)
      throws IOException, IllegalArgumentException {
    if (in.readLong() != MAGIC) {
      throw new Foreign("it is no state file");
    }
    int version = in.readInt();
    if (version != VERSION) {
      throw new Foreign("its version is " + version + " (expected " + VERSION + ")");
    }
    // A clock that was set back must not make events younger than they are.
    long away = Math.max(0, wallClockMs - in.readLong());
    List<ChannelLog.Saved> logs = new ArrayList<>();
    for (int left = length(in); left > 0; left--) {
      logs.add(readLog(in, away));
    }
    List<SavedState.Id> ids = new ArrayList<>();
    for (int left = length(in); left > 0; left--) {
      String channel = text(in);
      String id = text(in);
      Position position = position(in);
      ids.add(new SavedState.Id(channel, id, position, bytes(in), in.readLong() + away));
    }
    if (in.readInt() != END) {
      throw new Foreign("its end is missing");
    }
    return new SavedState(logs, ids);
  }

  private static void writeLog(DataOutputStream out, ChannelLog.Saved log) throws IOException {
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
      Event event = log.events().get(i);
      out.writeInt(event.stamp());
      writeOptional(out, event.name());
      writeOptional(out, event.type());
      writeText(out, event.kind().name());
      out.writeLong(event.timeMs());
      writeBytes(out, event.data());
      out.writeLong(log.agesMs().get(i));
    }
  }

  private static ChannelLog.Saved readLog(DataInputStream in, long away) throws IOException {
    String channel = text(in);
    long epoch = in.readLong();
    long[] offsets = {in.readLong(), in.readLong(), in.readLong(), in.readLong()};
    int[] stamps = {in.readInt(), in.readInt()};
    Gap.Reason lastDrop = Gap.Reason.valueOf(text(in));
    long idleMs = in.readLong() + away;
    int count = length(in);
    if (count != offsets[0] - offsets[1] + 1) {
      throw new Foreign("channel " + channel + " has " + count + " events, not those it names");
    }
    List<Event> events = new ArrayList<>();
    List<Long> ages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int stamp = in.readInt();
      String name = optional(in);
      String type = optional(in);
      Event.Kind kind = Event.Kind.valueOf(text(in));
      long timeMs = in.readLong();
      events.add(new Event(offsets[1] + i, stamp, name, type, kind, bytes(in), timeMs));
      ages.add(in.readLong() + away);
    }
    return new ChannelLog.Saved(channel, epoch, offsets, stamps, lastDrop, idleMs, events, ages);
  }

  private static void writePosition(DataOutputStream out, Position position) throws IOException {
    out.writeLong(position.epoch());
    out.writeLong(position.offset());
    out.writeInt(position.stamp());
  }

  private static Position position(DataInputStream in) throws IOException {
    return new Position(in.readLong(), in.readLong(), in.readInt());
  }

  private static void writeOptional(DataOutputStream out, @Nullable String text)
      throws IOException {
    out.writeBoolean(text != null);
    if (text != null) {
      writeText(out, text);
    }
  }

  private static @Nullable String optional(DataInputStream in) throws IOException {
    return in.readBoolean() ? text(in) : null;
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    writeBytes(out, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(bytes(in), StandardCharsets.UTF_8);
  }

  private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int length = length(in);
    byte[] bytes = in.readNBytes(length);
    if (bytes.length != length) {
      throw new Foreign("it ends too early");
    }
    return bytes;
  }

  private static int length(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > MAX_LENGTH) {
      throw new Foreign("a length of " + length + " is not possible");
    }
    return length;
  }
}
