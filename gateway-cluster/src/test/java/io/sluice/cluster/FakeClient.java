package io.sluice.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import io.sluice.channel.hub.Frames;
import io.sluice.channel.hub.Reader;
import io.sluice.channel.hub.Sink;
import io.sluice.channel.hub.WireFormat;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A client that takes everything at once, notes it, and fails on whatever does not go on exactly
 * where it stands. It may be connected again, anywhere.
 */
@NullMarked
final class FakeClient implements Sink {

  private static final WireFormat TEXT = new Text();

  /** What came, in order: the data of events. */
  final List<String> seen = new ArrayList<>();

  final List<Gap> gaps = new ArrayList<>();

  /** Where it stands; null before it has ever started. */
  @Nullable Position at;

  /** The offset after which it has read without being told of a gap, and what it had seen then. */
  long since = -1;

  int seenBefore;
  @Nullable Reader reader;
  boolean atHead;
  Broker.@Nullable Unavailable sentAway;

  private static final class Text implements WireFormat {
    @Override
    public int id() {
      return 0;
    }

    @Override
    public Frames encode(Batch batch, ByteBufAllocator allocator) {
      ByteBuf bytes = allocator.buffer();
      int[] ends = new int[batch.events().size()];
      for (int i = 0; i < ends.length; i++) {
        bytes.writeBytes(batch.events().get(i).data());
        ends[i] = bytes.writerIndex();
      }
      return new Frames(batch, bytes, ends);
    }
  }

  /** Why it was told that events may be missing, each time. */
  List<Gap.Reason> told() {
    return gaps.stream().map(Gap::reason).toList();
  }

  @Override
  public WireFormat format() {
    return TEXT;
  }

  @Override
  public boolean isFull() {
    return false;
  }

  @Override
  public void onStart(Reader started, @Nullable Gap gap) {
    if (gap != null) {
      gaps.add(gap);
    }
    if (gap != null || at == null) {
      begins(started.offset());
    } else {
      assertThat(started.position()).as("begins where it was told to").isEqualTo(at);
    }
    at = started.position();
  }

  private void begins(long offset) {
    since = offset;
    seenBefore = seen.size();
  }

  @Override
  public int onFrames(Reader from, Frames frames, int first, boolean more) {
    Batch batch = frames.batch();
    assertThat(first == 0 ? batch.follows() : batch.at(first - 1))
        .as("goes on where the client stands")
        .isEqualTo(at);
    for (Event event : batch.events().subList(first, batch.events().size())) {
      seen.add(new String(event.data(), StandardCharsets.UTF_8));
    }
    at = batch.last();
    atHead = false;
    from.flushLater();
    return batch.events().size() - first;
  }

  @Override
  public void onGap(Reader from, Gap gap) {
    gaps.add(gap);
    begins(gap.goOn().offset());
    at = gap.goOn();
  }

  @Override
  public void onHead(Reader from) {
    atHead = true;
  }

  @Override
  public void flush() {}

  @Override
  public void onUnavailable(Reader from, Broker.Unavailable failure) {
    sentAway = failure;
    reader = null;
  }
}
