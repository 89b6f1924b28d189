package io.sluice.cluster.chaos;

import io.sluice.channel.Channel;
import io.sluice.channel.Cursor;
import io.sluice.channel.Position;
import io.sluice.cluster.history.Note;
import io.sluice.cluster.history.Recorder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Where one reader stands in its channels, and the notes that it takes. */
final class Standing {

  final List<String> channels;
  private final Recorder.Log log;
  private final Map<String, Position> at = new ConcurrentHashMap<>();
  private volatile long openedNs;
  private volatile boolean open;

  /**
   * @param channels the first is the one that the path names
   */
  Standing(List<String> channels, Recorder.Log log) {
    this.channels = List.copyOf(channels);
    this.log = log;
  }

  /** What a client sends to go on: the parts that it has, joined; empty at first. */
  String cursor() {
    return channels.stream()
        .filter(at::containsKey)
        .map(this::part)
        .collect(Collectors.joining("."));
  }

  /** The part for one channel; null at first. */
  String part(String channel) {
    Position position = at.get(channel);
    return position == null ? null : Cursor.part(Channel.hash(channel), position);
  }

  /** The gateway says where all channels stand. */
  void stood(String cursor) throws IOException {
    Cursor parsed = parsed(cursor);
    for (String channel : channels) {
      Position now = parsed.position(Channel.hash(channel));
      if (now != null && !now.equals(at.get(channel))) {
        log.note(new Note.Stood(channel, now, System.nanoTime()));
        at.put(channel, now);
      }
    }
  }

  /** An entry in the JSON form: an event or a gap (JSN-1, JSN-3). */
  void entry(JsonObject entry) throws IOException {
    String channel = entry.getString("channel", "");
    String reason = entry.getString("gap");
    if (reason == null) {
      saw(channel, entry.getString("cursor", ""), entry.getString("data", ""));
    } else {
      told(channel, entry.getString("cursor", ""), reason);
    }
  }

  /** An event came. */
  void saw(String channel, String cursor, String data) throws IOException {
    Position now = position(channel, cursor);
    String id = data.substring(0, Math.max(0, data.indexOf(' ')));
    log.note(new Note.Saw(channel, now, id, hash(data), System.nanoTime()));
    moveTo(channel, now);
  }

  /** A gap was told. */
  void told(String channel, String cursor, String reason) throws IOException {
    Position now = position(channel, cursor);
    log.note(new Note.Told(channel, reason, now, System.nanoTime()));
    moveTo(channel, now);
  }

  /** What is not asked for is noted, and changes nothing. */
  private void moveTo(String channel, Position now) {
    if (channels.contains(channel)) {
      at.put(channel, now);
    }
  }

  /** The reader ends. */
  void left() {
    channels.forEach(channel -> log.note(new Note.Left(channel, System.nanoTime())));
  }

  /** The connection stands, or an answer came. */
  void opened() {
    openedNs = System.nanoTime();
    open = true;
  }

  void cut() {
    open = false;
  }

  /** Whether it is connected, or was at some time since. */
  boolean connectedSince(long ns) {
    return open || openedNs - ns > 0;
  }

  /** Whether it has seen all up to a position. */
  boolean reached(String channel, Position position) {
    Position now = at.get(channel);
    return !channels.contains(channel)
        || (now != null && now.epoch() == position.epoch() && now.offset() >= position.offset());
  }

  /** The position of a cursor with one part, for that channel. */
  static Position position(String channel, String cursor) throws IOException {
    Position position = parsed(cursor).position(Channel.hash(channel));
    if (position == null) {
      throw new MalformedException("no position for " + channel + " in " + cursor);
    }
    return position;
  }

  private static Cursor parsed(String cursor) throws MalformedException {
    Cursor parsed = Cursor.parse(cursor);
    if (parsed == null) {
      throw new MalformedException("no cursor: " + cursor);
    }
    return parsed;
  }

  /** What tells one content from another. */
  static String hash(String data) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(data.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /** The gateway said what it never may. */
  static final class MalformedException extends IOException {
    private static final long serialVersionUID = 1;

    MalformedException(String message) {
      super(message);
    }
  }
}
