package io.sluice.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Appends to one channel, on the thread of its partition on its owner. */
final class Append
    implements EntryProcessor<String, ChannelRecord, Appended>, IdentifiedDataSerializable {

  private static final long serialVersionUID = 1;

  private final transient Keeper keeper;
  private transient PublishRequest request;

  /** What the backups do; made anew by each run. */
  private transient @Nullable Grown<Appended> grown;

  Append(Keeper keeper, PublishRequest request) {
    this.keeper = keeper;
    this.request = request;
  }

  /** One whose fields are read next. */
  static Append empty(Keeper keeper) {
    return new Append(keeper, new PublishRequest(0, 0, false, 0, List.of()));
  }

  @Override
  public Appended process(Map.Entry<String, ChannelRecord> entry) {
    grown = null;
    if (!keeper.hasMajority()) {
      return Appended.NO_QUORUM;
    }
    keeper.requireCopies(entry.getKey());
    ChannelRecord found = entry.getValue();
    if (found == null) {
      if (request.retry()) {
        return unknown(entry.getKey(), null); // it may be in a life of the log that is over
      }
      ChannelRecord made = ChannelRecord.open(keeper, entry.getKey(), keeper.newEpoch());
      entry.setValue(made);
      return append(made, true);
    }
    found.expire();
    Memo memo = found.memo(request.node());
    if (memo == null || memo.serial() < request.serial()) {
      return request.retry() && request.knownEpoch() != found.log().epoch()
          ? unknown(entry.getKey(), found)
          : append(found, false);
    }
    if (memo.serial() > request.serial()) {
      return Appended.LATE;
    }
    grown = found.grownAgain(request, memo);
    return appended(found, memo);
  }

  private Appended append(ChannelRecord record, boolean fresh) {
    ChannelRecord.Appending done = record.append(request);
    record.used();
    grown = record.grown(request, done, fresh);
    return appended(record, done.memo());
  }

  private Appended unknown(String channel, @Nullable ChannelRecord record) {
    long now = keeper.nowMs();
    long forgotMs = keeper.held().sinceForgottenMs(keeper.partition(channel), now);
    return record == null
        ? Appended.unknown(0, 0, forgotMs)
        : Appended.unknown(record.log().epoch(), record.ageMs(now), forgotMs);
  }

  private Appended appended(ChannelRecord record, Memo memo) {
    Followers.Followed followed = keeper.followers().moved(record.log());
    return Appended.done(memo, followed.nodes(), followed.readersBut(request.node()));
  }

  @Override
  public @Nullable EntryProcessor<String, ChannelRecord, Appended> getBackupProcessor() {
    return grown;
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.APPEND;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    request.write(out);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    request = PublishRequest.read(in);
  }
}
