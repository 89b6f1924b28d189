package io.sluice.cluster;

import com.hazelcast.internal.serialization.InternalSerializationService;
import com.hazelcast.internal.serialization.impl.DefaultSerializationServiceBuilder;
import com.hazelcast.map.EntryProcessor;
import io.sluice.channel.History;
import io.sluice.channel.log.Floor;
import io.sluice.metrics.Metrics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** One member's records without Hazelcast: what runs on them is the real thing. */
@NullMarked
final class FakeStore {

  final Map<String, ChannelRecord> records = new HashMap<>();
  final Metrics metrics = new Metrics();
  final Keeper keeper;
  int members = 3;
  private final InternalSerializationService form;

  FakeStore(History history, LongSupplier nowMs, SplittableRandom random) {
    this.keeper =
        new Keeper(
            new Keeper.Settings(
                channel -> history,
                new Floor(256 << 10, 2_000),
                0,
                600_000,
                new Held.Limits(1 << 30, 1 << 30, 10_000),
                86_400_000,
                2,
                2),
            new Keeper.Surroundings(
                nowMs,
                () -> 0,
                () -> members,
                () -> Set.of(1L, 2L, 3L),
                channel -> 0,
                partition -> 2,
                records::keySet),
            () -> random,
            metrics);
    this.form = form(keeper);
  }

  private static InternalSerializationService form(Keeper keeper) {
    Wire wire =
        new Wire()
            .with(Wire.RECORD, () -> ChannelRecord.empty(keeper))
            .with(Wire.APPEND, () -> Append.empty(keeper))
            .with(Wire.APPENDED, Appended::empty)
            .with(Wire.GROWN, () -> Grown.empty(keeper))
            .with(Wire.LOOK, () -> Look.empty(keeper))
            .with(Wire.SLICED, Sliced::empty)
            .with(Wire.UNFOLLOW, () -> new Unfollow(keeper, 0, 0))
            .with(Wire.EMPTY, () -> new Empty(keeper))
            .with(Wire.EMPTIED, Emptied::empty)
            .with(Wire.INSPECT, () -> new Inspect(keeper, 0))
            .with(Wire.INSPECTED, Inspected::empty)
            .with(Wire.COMPARE, () -> Compare.empty(keeper, partition -> true))
            .with(Wire.DIFFERENCES, Differences::empty);
    return new DefaultSerializationServiceBuilder()
        .addDataSerializableFactory(Wire.FACTORY, wire)
        .build();
  }

  /** What arrives here of something that another has sent: the same, by way of its bytes. */
  <T> T arrived(T sent) {
    return form.toObject(form.toData(sent));
  }

  /** Runs something that has arrived. */
  <R> R run(String channel, EntryProcessor<String, ChannelRecord, R> processor) {
    return processor.process(new Entry(channel));
  }

  /** Takes all records of another over, as a new copy of a partition does. */
  void copy(FakeStore from) {
    clear();
    from.records.forEach((channel, record) -> records.put(channel, arrived(record)));
  }

  /** A sweep for which there is no room for anything, whoever reads. */
  void forgetAll() {
    keeper.heard().owns(0, keeper.nowMs() - Heard.PATIENCE_MS);
    keeper.thrift(new Thrift(0, 0, 0, 0));
    sweep();
    keeper.thrift(Thrift.none(86_400_000));
  }

  void sweep() {
    Sweep sweep = new Sweep(keeper, 0, 1);
    List.copyOf(records.keySet()).forEach(channel -> run(channel, sweep));
  }

  /** Everything is lost. */
  void clear() {
    records.clear();
    keeper.followers().clear();
  }

  private final class Entry implements Map.Entry<String, ChannelRecord> {
    private final String channel;

    Entry(String channel) {
      this.channel = channel;
    }

    @Override
    public String getKey() {
      return channel;
    }

    @Override
    public @Nullable ChannelRecord getValue() {
      return records.get(channel);
    }

    @Override
    public @Nullable ChannelRecord setValue(@Nullable ChannelRecord value) {
      return value == null ? records.remove(channel) : records.put(channel, value);
    }
  }
}
