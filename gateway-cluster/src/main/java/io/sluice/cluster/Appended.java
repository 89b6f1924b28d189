package io.sluice.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.Batch;
import io.sluice.channel.Event;
import io.sluice.channel.Position;
import io.sluice.channel.log.RecordForm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The owner's answer to an {@link Append}. It counts only once the backups have acknowledged. */
final class Appended implements IdentifiedDataSerializable {

  /** How an append can end. */
  enum Status {
    /** Every item has its outcome. */
    DONE,
    /** The owner sees fewer members than the majority; nothing was done by this try. */
    NO_QUORUM,
    /** An earlier try may have been carried out in a life of the log that is over. */
    UNKNOWN,
    /** A later request of the node was carried out: nobody waits for this one any more. */
    LATE
  }

  static final Appended NO_QUORUM = refused(Status.NO_QUORUM);
  static final Appended LATE = refused(Status.LATE);

  private static final long[] NOBODY = {};

  private Status status;
  private Position follows;
  private long timeMs;
  private List<Outcome> outcomes;
  private long[] followers;
  private int elsewhere;
  private Doubt doubt = Doubt.NONE;

  /**
   * What an owner has that does not know a request which was tried before.
   *
   * @param epoch of the record; 0 if there is none
   * @param bornMs how long ago it was made
   * @param forgotMs how long ago a record was used that has been forgotten since; {@link
   *     Long#MAX_VALUE} if none was
   */
  record Doubt(long epoch, long bornMs, long forgotMs) {
    private static final Doubt NONE = new Doubt(0, 0, 0);
  }

  private Appended(
      Status status, Position follows, long timeMs, List<Outcome> outcomes, long[] followers) {
    this.status = status;
    this.follows = follows;
    this.timeMs = timeMs;
    this.outcomes = outcomes;
    this.followers = followers;
  }

  static Appended done(Memo memo, long[] followers, int elsewhere) {
    Appended done =
        new Appended(Status.DONE, memo.follows(), memo.timeMs(), memo.outcomes(), followers);
    done.elsewhere = elsewhere;
    return done;
  }

  static Appended unknown(long epoch, long bornMs, long forgotMs) {
    Appended unknown = refused(Status.UNKNOWN);
    unknown.doubt = new Doubt(epoch, bornMs, forgotMs);
    return unknown;
  }

  private static Appended refused(Status status) {
    return new Appended(status, Position.start(0), 0, List.of(), NOBODY);
  }

  /** One whose fields are read next. */
  static Appended empty() {
    return refused(Status.DONE);
  }

  Status status() {
    return status;
  }

  /** Of {@link Status#UNKNOWN} alone. */
  Doubt doubt() {
    return doubt;
  }

  List<Outcome> outcomes() {
    return outcomes;
  }

  /** Nodes that follow the channel, as far as the owner knows. */
  long[] followers() {
    return followers.clone();
  }

  /** Readers on other nodes than the one that has asked, as far as the owner knows. */
  int elsewhere() {
    return elsewhere;
  }

  long epoch() {
    return follows.epoch();
  }

  /** The events that the request appended. */
  Batch events(String channel, PublishRequest request) {
    List<Event> events = new ArrayList<>(outcomes.size());
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome outcome = outcomes.get(i);
      if (outcome.kind() == Outcome.Kind.APPENDED) {
        events.add(request.items().get(i).event(outcome.offset(), outcome.stamp(), timeMs));
      }
    }
    return new Batch(channel, follows, events);
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.APPENDED;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    RecordForm.writeText(out, status.name());
    RecordForm.writePosition(out, follows);
    out.writeLong(timeMs);
    Outcome.write(out, outcomes);
    out.writeLongArray(followers);
    out.writeInt(elsewhere);
    if (status == Status.UNKNOWN) {
      out.writeLong(doubt.epoch);
      out.writeLong(doubt.bornMs);
      out.writeLong(doubt.forgotMs);
    }
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    status = Status.valueOf(RecordForm.text(in));
    follows = RecordForm.position(in);
    timeMs = in.readLong();
    outcomes = Outcome.read(in);
    long[] read = in.readLongArray();
    followers = read == null ? NOBODY : read;
    elsewhere = in.readInt();
    if (status == Status.UNKNOWN) {
      doubt = new Doubt(in.readLong(), in.readLong(), in.readLong());
    }
  }
}
