package io.sluice.server;

import java.util.ServiceLoader;

/**
 * On how many nodes the tests of a gateway run. Another module whose tests have a service of this
 * kind runs the tests of this one over several nodes.
 */
public interface TestSite {

  /** One node alone. */
  TestSite ONE =
      new TestSite() {
        @Override
        public int nodes() {
          return 1;
        }

        @Override
        public BrokerFactory brokers() {
          return BrokerFactory.LOCAL;
        }
      };

  /** How many there are. */
  int nodes();

  /**
   * What makes the broker of each node of one gateway: one call for each, and all of them have the
   * same channels, which are empty and nobody else's.
   */
  BrokerFactory brokers();

  /** The one of this run. */
  static TestSite here() {
    return ServiceLoader.load(TestSite.class).findFirst().orElse(ONE);
  }
}
