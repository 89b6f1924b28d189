package io.sluice.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import io.sluice.channel.log.RecordForm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.Callable;

/** Asks a member for the first names, after one, of channels that it owns. */
final class Names implements Callable<List<String>>, IdentifiedDataSerializable {

  private final Keeper keeper;
  private String afterName;
  private int limit;

  Names(Keeper keeper, String afterName, int limit) {
    this.keeper = keeper;
    this.afterName = afterName;
    this.limit = limit;
  }

  @Override
  public List<String> call() {
    TreeSet<String> first = new TreeSet<>(); // sorting all of them would cost more for each page
    for (String name : keeper.ownNames()) {
      boolean fits = first.size() < limit || name.compareTo(first.last()) < 0;
      if (fits && name.compareTo(afterName) > 0) {
        first.add(name);
        if (first.size() > limit) {
          first.pollLast();
        }
      }
    }
    return new ArrayList<>(first);
  }

  @Override
  public int getFactoryId() {
    return Wire.FACTORY;
  }

  @Override
  public int getClassId() {
    return Wire.NAMES;
  }

  @Override
  public void writeData(ObjectDataOutput out) throws IOException {
    RecordForm.writeText(out, afterName);
    out.writeInt(limit);
  }

  @Override
  public void readData(ObjectDataInput in) throws IOException {
    afterName = RecordForm.text(in);
    limit = in.readInt();
  }
}
