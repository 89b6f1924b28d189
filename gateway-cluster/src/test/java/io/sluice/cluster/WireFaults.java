package io.sluice.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** What may be done to messages that arrive at the nodes of a {@link TestCluster}. */
@NullMarked
final class WireFaults {

  /** So many copies are acknowledged and not taken over. */
  final AtomicInteger pretendedCopies = new AtomicInteger();

  /** So many copies fail. */
  final AtomicInteger failedCopies = new AtomicInteger();

  /** So many messages with hints are lost. */
  final AtomicInteger lostHints = new AtomicInteger();

  /** What arrives at a node, with these faults. */
  Wire in(Wire real) {
    Wire faulty = new Wire();
    for (int i = Wire.RECORD; i <= Wire.QUESTION; i++) {
      int number = i;
      faulty.with(number, () -> real.create(number));
    }
    return faulty
        .with(Wire.GROWN, () -> new Copy((Grown<?>) real.create(Wire.GROWN)))
        .with(Wire.HINTS, () -> new Hinted((Hints) real.create(Wire.HINTS)));
  }

  private static boolean takeOne(AtomicInteger left) {
    return left.getAndUpdate(count -> Math.max(0, count - 1)) > 0;
  }

  /** A copy that has arrived at a backup. */
  private final class Copy extends Arrived
      implements EntryProcessor<String, ChannelRecord, @Nullable Object> {
    private static final long serialVersionUID = 1;

    private final transient Grown<?> real;

    Copy(Grown<?> real) {
      super(real);
      this.real = real;
    }

    @Override
    public @Nullable Object process(Map.Entry<String, ChannelRecord> entry) {
      if (takeOne(failedCopies)) {
        throw new IllegalStateException("a fault of the test");
      }
      return takeOne(pretendedCopies) ? null : real.process(entry);
    }

    @Override
    public @Nullable EntryProcessor<String, ChannelRecord, @Nullable Object> getBackupProcessor() {
      return null;
    }
  }

  /** Hints that have arrived at a node. */
  private final class Hinted extends Arrived implements Callable<Boolean> {
    private final Hints real;

    Hinted(Hints real) {
      super(real);
      this.real = real;
    }

    @Override
    public Boolean call() {
      return takeOne(lostHints) ? Boolean.TRUE : real.call();
    }
  }

  /** Has the bytes of something else. */
  private abstract static class Arrived implements IdentifiedDataSerializable {
    private final IdentifiedDataSerializable bytes;

    Arrived(IdentifiedDataSerializable bytes) {
      this.bytes = bytes;
    }

    @Override
    public int getFactoryId() {
      return bytes.getFactoryId();
    }

    @Override
    public int getClassId() {
      return bytes.getClassId();
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
      bytes.writeData(out);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
      bytes.readData(in);
    }
  }
}
