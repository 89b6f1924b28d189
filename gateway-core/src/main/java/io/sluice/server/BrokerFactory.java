package io.sluice.server;

import io.sluice.channel.Broker;
import io.sluice.channel.History;
import io.sluice.channel.Loop;
import io.sluice.channel.local.LocalBroker;
import io.sluice.channel.log.Floor;
import io.sluice.config.Config;
import io.sluice.metrics.Metrics;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Makes the broker of a node. {@link #LOCAL} is what a gateway of one node has; the state file
 * (RST-1) is for {@link LocalBroker} alone, any other broker keeps its logs itself.
 */
@FunctionalInterface
public interface BrokerFactory {

  /** Logs in the memory of this process. */
  BrokerFactory LOCAL = BrokerFactory::local;

  /**
   * Makes it. Called once, by the thread that starts the gateway, which it may block.
   *
   * @throws StartException if it cannot be made; nothing of it is left running then
   */
  Broker make(Parts parts);

  /**
   * What a node has for its broker.
   *
   * @param historyOf the history of a channel, by its name
   * @param random a new source of its own at each call
   */
  record Parts(
      Config config,
      Function<String, History> historyOf,
      List<Loop> loops,
      Supplier<RandomGenerator> random,
      Metrics metrics) {
    public Parts {
      loops = List.copyOf(loops);
    }
  }

  private static LocalBroker local(Parts parts) {
    Config config = parts.config();
    return new LocalBroker(
        parts.loops(),
        new LocalBroker.Settings(
            parts.historyOf(),
            floor(config.channels().floor()),
            config.channels().historyBytes(),
            config.channels().identityBytes(),
            config.channels().remember().toMillis(),
            config.publish().keepIds().toMillis(),
            config.publish().maxIds(),
            System::currentTimeMillis,
            HeapRegions.sizeBytes()),
        parts.random(),
        parts.metrics());
  }

  private static Floor floor(Config.Floor configured) {
    return new Floor(configured.bytes(), configured.age().toMillis());
  }
}
