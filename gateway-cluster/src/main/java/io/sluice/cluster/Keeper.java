package io.sluice.cluster;

import com.hazelcast.spi.exception.RetryableHazelcastException;
import io.sluice.channel.History;
import io.sluice.channel.log.ChannelLog;
import io.sluice.channel.log.Floor;
import io.sluice.metrics.Metrics;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/**
 * What the records on one node have in common: what they keep, the node's clocks, chance, and who
 * is there. Any thread may use it; each record is touched by the thread of its partition alone.
 */
final class Keeper {

  /**
   * What records keep on this node.
   *
   * @param historyOf the history of a channel, by its name
   * @param floor what each log keeps beside its history
   * @param regionBytes of the heap, see {@link io.sluice.channel.Event#memoryBytes}
   * @param keepIdsMs how long the ids of publishes are kept
   * @param limits of what all records of the node take
   * @param rememberMs how long an identity outlives its last use
   * @param majority members that have to be there for anything to be answered
   * @param copies of a record that there have to be for anything to be answered from it: a member
   *     that is cut off may still count another one that is not reached, while the backup that it
   *     would have to wait for is gone from its table
   */
  record Settings(
      Function<String, History> historyOf,
      Floor floor,
      long regionBytes,
      long keepIdsMs,
      Held.Limits limits,
      long rememberMs,
      int majority,
      int copies) {}

  /**
   * The node's clocks and who is there.
   *
   * @param nowMs monotonic
   * @param wallMs milliseconds since 1970, for the time that an event shows to people
   * @param members that this node sees, itself among them
   * @param nodes the same, by their numbers
   * @param partitionOf a channel
   * @param copiesOf a partition: its owner, and the backups that it has now
   * @param ownNames of the channels whose records this node owns
   */
  record Surroundings(
      LongSupplier nowMs,
      LongSupplier wallMs,
      IntSupplier members,
      Supplier<? extends Collection<Long>> nodes,
      ToIntFunction<String> partitionOf,
      IntUnaryOperator copiesOf,
      Supplier<Set<String>> ownNames) {}

  private final Settings settings;
  private final Surroundings around;
  private final ThreadLocal<RandomGenerator> random;
  private final Metrics metrics;
  private final Held held;
  private final Followers followers;
  private final Heard heard = new Heard();
  private volatile Thrift thrift;

  /** One object for all logs that keep the same. */
  private final Map<History, ChannelLog.Bounds> bounds = new ConcurrentHashMap<>();

  Keeper(
      Settings settings, Surroundings around, Supplier<RandomGenerator> random, Metrics metrics) {
    this.settings = settings;
    this.around = around;
    this.random = ThreadLocal.withInitial(random);
    this.metrics = metrics;
    this.held = new Held(settings.limits());
    this.thrift = Thrift.none(settings.rememberMs());
    this.followers = new Followers(around.partitionOf());
  }

  ChannelLog.Bounds bounds(String channel) {
    return bounds.computeIfAbsent(settings.historyOf().apply(channel), this::bounds);
  }

  /** For a log that is about to be replaced. */
  ChannelLog.Bounds anyBounds() {
    return bounds.computeIfAbsent(History.DEFAULT, this::bounds);
  }

  private ChannelLog.Bounds bounds(History history) {
    return new ChannelLog.Bounds(
        history,
        settings.floor(),
        settings.regionBytes(),
        metrics.limitsHit.labelValues("channels.floor.bytes")::inc,
        metrics.limitsHit.labelValues("channels.floor.age")::inc);
  }

  /** Histories are configured anew: each record asks for its own when it is used next. */
  void retune() {
    bounds.clear();
  }

  long nowMs() {
    return around.nowMs().getAsLong();
  }

  long wallMs() {
    return around.wallMs().getAsLong();
  }

  long keepIdsMs() {
    return settings.keepIdsMs();
  }

  boolean hasMajority() {
    return around.members().getAsInt() >= settings.majority();
  }

  /**
   * Ends an operation before it does anything if too few copies of the channel's record would know
   * of it. Called on the owner; whoever sent the operation sends it again, until the partition has
   * its backups again or the majority is seen to be gone.
   *
   * @throws RetryableHazelcastException if there are too few
   */
  void requireCopies(String channel) {
    int copies = around.copiesOf().applyAsInt(partition(channel));
    if (copies < settings.copies()) {
      throw new RetryableHazelcastException(
          "copies of the record = " + copies + " (expected " + settings.copies() + ")");
    }
  }

  /** Copies of a record that there are at least of whatever is confirmed. */
  int copies() {
    return settings.copies();
  }

  Set<String> ownNames() {
    return around.ownNames().get();
  }

  int newStamp() {
    return random.get().nextInt();
  }

  /** An epoch that no other life of any log has; never 0. */
  long newEpoch() {
    long epoch = random.get().nextLong();
    return epoch == 0 ? 1 : epoch;
  }

  Followers followers() {
    return followers;
  }

  Heard heard() {
    return heard;
  }

  /** Whether this node knows who follows in a partition, as its owner. */
  boolean knowsFollowers(int partition) {
    return heard.hasAll(partition, around.nodes().get(), nowMs());
  }

  /** Leaves out what nodes said that are gone. */
  void retainNodes() {
    Collection<Long> nodes = around.nodes().get();
    followers.retain(nodes);
    heard.retain(nodes);
  }

  int partition(String channel) {
    return around.partitionOf().applyAsInt(channel);
  }

  /** How long records and events may stay. */
  Thrift thrift() {
    return thrift;
  }

  void thrift(Thrift now) {
    thrift = now;
  }

  Held held() {
    return held;
  }

  Metrics metrics() {
    return metrics;
  }

  /** Counts events that left a history. */
  void dropped(String reason, int count) {
    if (count > 0) {
      metrics.eventsDropped.labelValues(reason).inc(count);
    }
  }
}
