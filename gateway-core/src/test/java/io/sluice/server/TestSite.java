package io.sluice.server;

import io.sluice.config.Config;
import java.util.List;
import java.util.ServiceLoader;

/**
 * On how many nodes a {@link TestGateway} runs. Another module whose tests have a service of this
 * kind runs the tests of this one over several nodes.
 */
public interface TestSite {

  /** One node alone. */
  TestSite ONE =
      new TestSite() {
        @Override
        public List<Config> nodes(Config config) {
          return List.of(config);
        }

        @Override
        public BrokerFactory brokers() {
          return BrokerFactory.LOCAL;
        }
      };

  /** The configuration of each node, made of that of one. */
  List<Config> nodes(Config config);

  /** What makes the broker of each. */
  BrokerFactory brokers();

  /** The one of this run. */
  static TestSite here() {
    return ServiceLoader.load(TestSite.class).findFirst().orElse(ONE);
  }
}
