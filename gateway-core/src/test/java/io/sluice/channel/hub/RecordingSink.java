package io.sluice.channel.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.channel.Batch;
import io.sluice.channel.Broker;
import io.sluice.channel.Event;
import io.sluice.channel.Gap;
import io.sluice.channel.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A client whose socket takes what the test says. It fails on anything that does not go on exactly
 * where it stands.
 */
@NullMarked
class RecordingSink implements Sink {

  static final WireFormat TEXT = new TextFormat();

  /** What came, in order: data of events, {@code gap:REASON}, {@code head}. */
  final List<String> seen = new ArrayList<>();

  final Deque<ByteBuf> unsent = new ArrayDeque<>();
  @Nullable Reader reader;
  @Nullable Gap gap;
  int capacity = Integer.MAX_VALUE;
  int takesAtMost = Integer.MAX_VALUE;
  int flushes;
  int startOffset;
  boolean failed;
  private @Nullable Position at;

  /** Bytes as data with a line end. */
  static final class TextFormat implements WireFormat {
    int encoded;

    @Override
    public int id() {
      return 0;
    }

    @Override
    public Frames encode(Batch batch, ByteBufAllocator allocator) {
      encoded++;
      ByteBuf bytes = allocator.buffer();
      int[] ends = new int[batch.events().size()];
      for (int i = 0; i < ends.length; i++) {
        bytes.writeBytes(batch.events().get(i).data());
        ends[i] = bytes.writerIndex();
      }
      return new Frames(batch, bytes, ends);
    }
  }

  private final WireFormat format;

  RecordingSink() {
    this(TEXT);
  }

  RecordingSink(WireFormat format) {
    this.format = format;
  }

  List<String> data() {
    return seen.stream().filter(s -> !s.equals("head") && !s.startsWith("gap")).toList();
  }

  Position at() {
    assertThat(at).as("started").isNotNull();
    return at;
  }

  boolean started() {
    return at != null;
  }

  @Override
  public WireFormat format() {
    return format;
  }

  @Override
  public boolean isFull() {
    return unsent.size() >= capacity;
  }

  /** The socket took everything. */
  void drain() {
    while (!unsent.isEmpty()) {
      unsent.remove().release();
    }
    if (reader != null) {
      reader.resume();
    }
  }

  @Override
  public void onStart(Reader reader, @Nullable Gap gap) {
    assertThat(at).as("starts once").isNull();
    this.reader = reader;
    at = reader.position();
    startOffset = (int) reader.offset();
    if (gap != null) {
      this.gap = gap;
      seen.add("gap:" + gap.reason().slug());
    }
  }

  @Override
  public int onFrames(Reader reader, Frames frames, int from, boolean more) {
    if (isFull()) {
      return 0;
    }
    Batch batch = frames.batch();
    Position before = from == 0 ? batch.follows() : batch.at(from - 1);
    assertThat(before).as("goes on where the reader stands").isEqualTo(at());
    int count = Math.min(batch.events().size() - from, takesAtMost);
    if (count == 0) {
      return 0;
    }
    ByteBuf bytes =
        frames
            .bytes()
            .retainedSlice(frames.begin(from), frames.end(from + count - 1) - frames.begin(from));
    StringBuilder expected = new StringBuilder();
    for (int i = from; i < from + count; i++) {
      Event event = batch.events().get(i);
      String text = new String(event.data(), StandardCharsets.UTF_8);
      seen.add(text);
      expected.append(text);
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo(expected.toString());
    at = batch.at(from + count - 1);
    reader.flushLater();
    if (capacity == Integer.MAX_VALUE) {
      bytes.release();
    } else {
      unsent.add(bytes);
    }
    return count;
  }

  @Override
  public void onGap(Reader reader, Gap gap) {
    this.gap = gap;
    seen.add("gap:" + gap.reason().slug());
    at = gap.goOn();
  }

  @Override
  public void onHead(Reader reader) {
    seen.add("head");
  }

  @Override
  public void flush() {
    flushes++;
  }

  @Override
  public void onUnavailable(Reader reader, Broker.Unavailable failure) {
    failed = true;
  }
}
