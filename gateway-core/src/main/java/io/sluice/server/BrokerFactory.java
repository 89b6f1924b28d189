package io.sluice.server;

import io.sluice.channel.Broker;
import io.sluice.channel.History;
import io.sluice.channel.Loop;
import io.sluice.channel.local.LocalBroker;
import io.sluice.channel.log.Floor;
import io.sluice.channel.nodes.Neighbours;
import io.sluice.config.Config;
import io.sluice.metrics.Metrics;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Makes the broker of a node, and what tells of the other nodes. {@link #LOCAL} is what a gateway
 * of one node has; the state file (RST-1) is for {@link LocalBroker} alone, any other broker keeps
 * its logs itself.
 */
@FunctionalInterface
public interface BrokerFactory {

  /** Logs in the memory of this process, and no other node. */
  BrokerFactory LOCAL = BrokerFactory::local;

  /**
   * Makes both. Called once, by the thread that starts the gateway, which it may block.
   *
   * @throws StartException if they cannot be made; nothing of them is left running then
   */
  Made make(Parts parts);

  /**
   * What a node works with.
   *
   * @param neighbours who leave with the node: {@link Neighbours#leave} ends the broker too
   */
  record Made(Broker broker, Neighbours neighbours) {}

  /**
   * What a node has for its broker.
   *
   * @param historyOf the history of a channel, by its name
   * @param random a new source of its own at each call
   * @param nodeId of this node, drawn at its start: 16 hexadecimal digits
   * @param version of the program
   */
  record Parts(
      Config config,
      Function<String, History> historyOf,
      List<Loop> loops,
      Supplier<RandomGenerator> random,
      Metrics metrics,
      String nodeId,
      String version) {
    public Parts {
      loops = List.copyOf(loops);
    }
  }

  private static Made local(Parts parts) {
    return new Made(logs(parts), new Alone(parts.nodeId(), parts.version()));
  }

  private static LocalBroker logs(Parts parts) {
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
