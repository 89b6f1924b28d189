package io.sluice.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.log.RecordForm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

/** A message that tells another node what was appended; handed over there, never waited for. */
final class Hints implements Callable<Boolean>, IdentifiedDataSerializable {

  private final Consumer<Peers.Hint> receiver;
  private List<Peers.Hint> hints;

  /**
   * @param receiver of the node that reads it
   */
  Hints(Consumer<Peers.Hint> receiver, List<Peers.Hint> hints) {
    this.receiver = receiver;
    this.hints = List.copyOf(hints);
  }

  /** One whose fields are read next, for this node. */
  static Hints empty(Consumer<Peers.Hint> receiver) {
    return new Hints(receiver, List.of());
  }

  @Override
  public Boolean call() {
    hints.forEach(receiver);
    return true;
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.HINTS;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    out.writeInt(hints.size());
    for (Peers.Hint hint : hints) {
      Wire.writeBatch(out, hint.events());
      out.writeBoolean(hint.emptied());
    }
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    List<Peers.Hint> read = new ArrayList<>();
    for (int left = RecordForm.length(in); left > 0; left--) {
      read.add(new Peers.Hint(Wire.batch(in), in.readBoolean()));
    }
    hints = List.copyOf(read);
  }
}
