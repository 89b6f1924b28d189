package io.sluice.channel.local;

import io.sluice.channel.Position;
import io.sluice.channel.log.ChannelLog;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * What an orderly stop leaves: all records and the publish ids, with ages instead of clock times.
 */
public final class SavedState {

  private final List<ChannelLog.Saved> logs;
  private final List<Id> ids;

  SavedState(List<ChannelLog.Saved> logs, List<Id> ids) {
    this.logs = List.copyOf(logs);
    this.ids = List.copyOf(ids);
  }

  /** A publish id and its answer. */
  @SuppressWarnings("ArrayRecordComponent") // moved once, not compared
  record Id(String channel, String id, Position position, byte[] fingerprint, long ageMs) {}

  List<ChannelLog.Saved> logs() {
    return logs;
  }

  List<Id> ids() {
    return ids;
  }

  /** How many channels it has. */
  public int channelCount() {
    return logs.size();
  }

  static SavedState join(List<SavedState> parts) {
    List<ChannelLog.Saved> logs = new ArrayList<>();
    List<Id> ids = new ArrayList<>();
    for (SavedState part : parts) {
      logs.addAll(part.logs);
      ids.addAll(part.ids);
    }
    return new SavedState(logs, ids);
  }

  List<SavedState> split(int count, ToIntFunction<String> partOf) {
    List<List<ChannelLog.Saved>> logsOf = new ArrayList<>();
    List<List<Id>> idsOf = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      logsOf.add(new ArrayList<>());
      idsOf.add(new ArrayList<>());
    }
    logs.forEach(log -> logsOf.get(partOf.applyAsInt(log.channel())).add(log));
    // Each part comes from several shards and is expired from its front: the oldest come first.
    ids.stream()
        .sorted(Comparator.comparingLong(Id::ageMs).reversed())
        .forEach(id -> idsOf.get(partOf.applyAsInt(id.channel())).add(id));
    List<SavedState> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      parts.add(new SavedState(logsOf.get(i), idsOf.get(i)));
    }
    return parts;
  }
}
