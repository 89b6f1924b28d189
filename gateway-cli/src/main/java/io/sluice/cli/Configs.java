package io.sluice.cli;

import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.Upstream;
import java.net.URI;

/** A configuration with one thing changed. */
final class Configs {

  private Configs() {}

  /** Listening elsewhere. */
  static Config listening(Config config, Config.Listen listen) {
    return new Config(
        listen,
        config.publish(),
        config.channels(),
        config.limits(),
        config.websocket(),
        config.cluster(),
        config.state(),
        config.drain(),
        config.eventLoops(),
        config.routes());
  }

  /** With another app behind every route that has one. */
  static Config upstream(Config config, URI app) {
    return new Config(
        config.listen(),
        config.publish(),
        config.channels(),
        config.limits(),
        config.websocket(),
        config.cluster(),
        config.state(),
        config.drain(),
        config.eventLoops(),
        config.routes().stream()
            .map(
                route ->
                    route.upstream() == null
                        ? route
                        : new Route(route.path(), route.push(), Upstream.to(app)))
            .toList());
  }
}
