package io.sluice.server;

import io.netty.util.internal.PlatformDependent;
import io.sluice.channel.local.LocalBroker;
import io.sluice.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What of the configured budgets fits into the memory of a process: a budget that the heap cannot
 * hold bounds nothing.
 *
 * <p>If the budgets of the heap together take more than {@value #HEAP_PERCENT} % of it, each that
 * is above its own share is reduced to that; those of the direct memory in the same way ({@value
 * #DIRECT_PERCENT} %). The rest is for the program, its connections and what is under way.
 */
final class MemoryPlan {

  static final int HEAP_PERCENT = 80;
  static final int DIRECT_PERCENT = 50;

  private static final String IDS = "publish.publish-ids.max";

  /** Readers that have waited may take a quarter more of it than it says. */
  private static final double CATCH_UP_RESERVE = 1.25;

  private final Config config;
  private final List<Reduction> reductions;

  private MemoryPlan(Config config, List<Reduction> reductions) {
    this.config = config;
    this.reductions = List.copyOf(reductions);
  }

  /** Where a budget lies. */
  private enum Space {
    HEAP("Java heap", "-Xmx", HEAP_PERCENT),
    DIRECT("direct memory", "-XX:MaxDirectMemorySize", DIRECT_PERCENT);

    private final String words;
    private final String option;
    private final int percent;

    Space(String words, String option, int percent) {
      this.words = words;
      this.option = option;
      this.percent = percent;
    }
  }

  /**
   * One budget.
   *
   * @param amount as configured, in the key's own unit
   * @param unitBytes what one of that unit takes
   * @param percent its share of the space
   * @param least it is never reduced below this
   */
  private record Budget(String key, long amount, double unitBytes, int percent, long least) {
    double bytes() {
      return amount * unitBytes;
    }

    long within(long spaceBytes) {
      long share = (long) (spaceBytes / 100.0 * percent / unitBytes);
      return Math.min(amount, Math.max(least, share));
    }
  }

  /**
   * A budget that is smaller than configured.
   *
   * @param key of the configuration
   * @param text what it would take, what it gets and what to do
   */
  record Reduction(String key, long configured, long effective, String text) {

    @Override
    public String toString() {
      return key + " = " + shown(key, configured) + " " + text;
    }
  }

  private static String shown(String key, long amount) {
    return key.equals(IDS) ? Long.toString(amount) : size(amount);
  }

  /** What a process may take. */
  static MemoryPlan of(Config config, ProcessMemory memory, int loops) {
    List<Reduction> reductions = new ArrayList<>();
    Config.Channels channels = config.channels();
    Config.Publish publish = config.publish();
    Config.Delivery delivery = config.limits().delivery();
    long[] heap =
        fitted(
            Space.HEAP,
            memory.heapBytes(),
            List.of(
                new Budget("channels.history-memory", channels.historyBytes(), 1, 40, 1 << 20),
                new Budget("channels.identity-memory", channels.identityBytes(), 1, 10, 1 << 20),
                new Budget(IDS, publish.maxIds(), LocalBroker.PUBLISH_ID_BYTES, 15, 1000),
                new Budget(
                    "publish.body-memory",
                    publish.bodies().memoryBytes(),
                    1,
                    10,
                    publish.maxBodyBytes()),
                new Budget("limits.recent", delivery.recentBytes(), loops, 5, 64 << 10)),
            reductions);
    long[] direct =
        fitted(
            Space.DIRECT,
            memory.directBytes(),
            List.of(
                new Budget(
                    "limits.catch-up", delivery.catchUpBytes(), CATCH_UP_RESERVE, 30, 1 << 20),
                new Budget("limits.recent", heap[4], loops, 20, 64 << 10)),
            reductions);
    return new MemoryPlan(reduced(config, heap, direct), reductions);
  }

  private static long[] fitted(
      Space space, long bytes, List<Budget> budgets, List<Reduction> reductions) {
    double wanted = budgets.stream().mapToDouble(Budget::bytes).sum();
    boolean fits = wanted <= bytes / 100.0 * space.percent;
    long[] fitted = new long[budgets.size()];
    for (int i = 0; i < fitted.length; i++) {
      Budget budget = budgets.get(i);
      fitted[i] = fits ? budget.amount : budget.within(bytes);
      if (fitted[i] < budget.amount) {
        reductions.add(
            new Reduction(
                budget.key, budget.amount, fitted[i], text(space, bytes, budget, fitted[i])));
      }
    }
    return fitted;
  }

  private static String text(Space space, long bytes, Budget budget, long effective) {
    return ("does not fit, with the other budgets, into the %s of %s: %s are in force, %d %% of it;"
            + " give it more by %s, or set this key to no more than that")
        .formatted(
            space.words,
            size(bytes),
            shown(budget.key, effective),
            Math.round(effective * budget.unitBytes * 100 / bytes),
            space.option);
  }

  /** An amount of bytes as the configuration writes it, rounded down. */
  static String size(long bytes) {
    return bytes >= 1 << 20
        ? String.format(Locale.ROOT, "%dMiB", bytes >> 20)
        : String.format(Locale.ROOT, "%dKiB", bytes >> 10);
  }

  private static Config reduced(Config config, long[] heap, long[] direct) {
    Config.Channels channels = config.channels();
    return new Config(
        config.listen(),
        publish(config.publish(), (int) heap[2], heap[3]),
        new Config.Channels(channels.remember(), heap[0], heap[1], channels.floor()),
        limits(config.limits(), direct[0], direct[1]),
        config.websocket(),
        config.cluster(),
        config.state(),
        config.drain(),
        config.eventLoops(),
        config.routes());
  }

  private static Config.Publish publish(Config.Publish publish, int maxIds, long bodyBytes) {
    return new Config.Publish(
        publish.keys(),
        publish.open(),
        publish.maxBodyBytes(),
        publish.maxEventBytes(),
        publish.maxItems(),
        publish.keepIds(),
        maxIds,
        publish.maxDepth(),
        publish.maxAnswerBytes(),
        new Config.Bodies(publish.bodies().timeout(), bodyBytes));
  }

  private static Config.Limits limits(Config.Limits limits, long catchUpBytes, long recentBytes) {
    Config.Delivery delivery = limits.delivery();
    return new Config.Limits(
        limits.connections(),
        limits.turnedAway(),
        limits.stalled(),
        limits.requestLineBytes(),
        limits.headerBytes(),
        new Config.Delivery(
            catchUpBytes,
            delivery.pageBytes(),
            delivery.pageEvents(),
            delivery.pagesPerTurn(),
            recentBytes,
            delivery.recentAge(),
            delivery.pollAnswerBytes()),
        limits.door());
  }

  /** The configuration with the budgets that fit. */
  Config config() {
    return config;
  }

  /** What was reduced; empty if all fits. */
  List<Reduction> reductions() {
    return reductions;
  }

  /** The plan for this process. */
  static MemoryPlan here(Config config) {
    long heap = Runtime.getRuntime().maxMemory();
    long direct = PlatformDependent.maxDirectMemory();
    return of(config, new ProcessMemory(heap, direct > 0 ? direct : heap), loops(config));
  }

  /** Event loops that a configuration asks for. */
  static int loops(Config config) {
    return config.eventLoops() > 0
        ? config.eventLoops()
        : Runtime.getRuntime().availableProcessors();
  }

  /** The limits of a process. */
  record ProcessMemory(long heapBytes, long directBytes) {}
}
