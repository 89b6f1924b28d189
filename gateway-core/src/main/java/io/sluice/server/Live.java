package io.sluice.server;

import io.sluice.access.PublishAccess;
import io.sluice.config.Config;
import io.sluice.config.Route;
import io.sluice.config.Routes;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * What a reload replaces, as one value.
 *
 * @param config in force: what only a restart brings is that of the start
 * @param pushes the push blocks of all routes, by identity: a connection whose route is none of
 *     them came by one that is gone
 */
record Live(Config config, Routes routes, PublishAccess access, Set<Route.Push> pushes) {

  static Live of(Config config) {
    Set<Route.Push> pushes = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Route route : config.routes()) {
      if (route.push() != null) {
        pushes.add(route.push());
      }
    }
    return new Live(
        config,
        new Routes(config.routes()),
        new PublishAccess(config.publish()),
        Collections.unmodifiableSet(pushes));
  }

  /** This one with what a running gateway takes over of another configuration. */
  Live reloaded(Config wanted) {
    return of(config.reloaded(wanted));
  }

  /** Push routes that are in this one too, unchanged. */
  int kept(Live before) {
    return (int) pushes.stream().filter(before.pushes::contains).count();
  }
}
