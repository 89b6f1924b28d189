package io.sluice.server;

import io.sluice.access.PublishAccess;
import io.sluice.admin.ReloadOutcome;
import io.sluice.config.Config;
import io.sluice.config.ConfigReader;
import io.sluice.config.PathTemplate;
import io.sluice.config.Route;
import io.sluice.config.Routes;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a reload replaces, as one value.
 *
 * @param config in force: what only a restart brings is that of the start
 * @param settings those of the start
 * @param pushes the push blocks of all routes, by identity: a connection whose route is none of
 *     them came by one that is gone
 */
record Live(
    Config config,
    List<ConfigReader.Setting> settings,
    Routes routes,
    PublishAccess access,
    Set<Route.Push> pushes) {

  /** What is in force after a start. */
  static Live of(ConfigReader.Result.Accepted first) {
    return of(first.config(), first.settings());
  }

  private static Live of(Config config, List<ConfigReader.Setting> settings) {
    Set<Route.Push> pushes = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Route route : config.routes()) {
      if (route.push() != null) {
        pushes.add(route.push());
      }
    }
    return new Live(
        config,
        settings,
        new Routes(config.routes()),
        new PublishAccess(config.publish(), Listener.PUBLISH.names(config.listen())),
        Collections.unmodifiableSet(pushes));
  }

  /** This one with what a running gateway takes over of another configuration. */
  Live reloaded(ConfigReader.Result.Accepted wanted) {
    return of(config.reloaded(wanted.config()), settings);
  }

  /** The keys whose values differ from those of the start, and that only a restart brings. */
  List<String> needingRestart(ConfigReader.Result.Accepted wanted) {
    Map<String, String> running = new HashMap<>();
    settings.forEach(setting -> running.put(setting.path(), setting.value()));
    return wanted.settings().stream()
        .filter(setting -> setting.restart())
        .filter(
            setting ->
                !setting.value().equals(running.get(setting.path()))
                    || (setting.path().equals("cluster.secret") && hasOtherSecret(wanted.config())))
        .map(setting -> setting.path())
        .toList();
  }

  /** No setting shows a secret, so that two of them look alike. */
  private boolean hasOtherSecret(Config wanted) {
    Config.Cluster running = config.cluster();
    Config.Cluster next = wanted.cluster();
    return running != null && next != null && !running.secret().equals(next.secret());
  }

  /** What became of the routes since another one was in force. */
  ReloadOutcome.Routes since(Live before) {
    Map<PathTemplate, Route> old = before.routesByPath();
    int kept = 0;
    int changed = 0;
    int added = 0;
    for (Route route : config.routes()) {
      Route was = old.remove(route.path());
      kept += route.equals(was) ? 1 : 0;
      changed += was != null && !route.equals(was) ? 1 : 0;
      added += was == null ? 1 : 0;
    }
    return new ReloadOutcome.Routes(kept, changed, added, old.size());
  }

  /** No two have the same path. */
  private Map<PathTemplate, Route> routesByPath() {
    Map<PathTemplate, Route> byPath = new HashMap<>();
    config.routes().forEach(route -> byPath.put(route.path(), route));
    return byPath;
  }
}
