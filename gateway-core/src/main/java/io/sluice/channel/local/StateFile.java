package io.sluice.channel.local;

import io.sluice.channel.Position;
import io.sluice.channel.log.ChannelLog;
import io.sluice.channel.log.RecordForm;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
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
        throw new RecordForm.Malformed("it is damaged: its check does not match");
      }
      return state;
    } catch (RecordForm.Malformed | EOFException | IllegalArgumentException content) {
      String what =
          content instanceof RecordForm.Malformed
              ? content.getMessage()
              : "it is damaged or cut off";
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

  private static void writeAll(DataOutputStream out, SavedState state, long wallClockMs)
      throws IOException {
    out.writeLong(MAGIC);
    out.writeInt(VERSION);
    out.writeLong(wallClockMs);
    out.writeInt(state.logs().size());
    for (ChannelLog.Saved log : state.logs()) {
      RecordForm.writeLog(out, log);
    }
    out.writeInt(state.ids().size());
    for (SavedState.Id id : state.ids()) {
      RecordForm.writeText(out, id.channel());
      RecordForm.writeText(out, id.id());
      RecordForm.writePosition(out, id.position());
      RecordForm.writeBytes(out, id.fingerprint());
      out.writeLong(id.ageMs());
    }
    out.writeInt(END);
  }

  private static SavedState readAll(DataInputStream in, long wallClockMs)
      throws IOException, IllegalArgumentException {
    if (in.readLong() != MAGIC) {
      throw new RecordForm.Malformed("it is no state file");
    }
    int version = in.readInt();
    if (version != VERSION) {
      throw new RecordForm.Malformed("its version is " + version + " (expected " + VERSION + ")");
    }
    // A clock that was set back must not make events younger than they are.
    long away = Math.max(0, wallClockMs - in.readLong());
    List<ChannelLog.Saved> logs = new ArrayList<>();
    for (int left = RecordForm.length(in); left > 0; left--) {
      logs.add(RecordForm.readLog(in, away));
    }
    List<SavedState.Id> ids = new ArrayList<>();
    for (int left = RecordForm.length(in); left > 0; left--) {
      String channel = RecordForm.text(in);
      String id = RecordForm.text(in);
      Position position = RecordForm.position(in);
      ids.add(new SavedState.Id(channel, id, position, RecordForm.bytes(in), in.readLong() + away));
    }
    if (in.readInt() != END) {
      throw new RecordForm.Malformed("its end is missing");
    }
    return new SavedState(logs, ids);
  }
}
