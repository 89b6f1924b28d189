package io.sluice.server;

import io.sluice.admin.ReloadOutcome;
import io.sluice.config.ConfigProblem;
import io.sluice.config.ConfigReader;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over a changed configuration while the gateway runs: all that it can at once, or, if the
 * file has a mistake, nothing. One at a time; touched by the first loop alone, but for {@link
 * #run}.
 */
final class Reload {

  private static final Logger LOG = LoggerFactory.getLogger(Reload.class);

  private final Node node;
  private final List<LoopServers> loops;
  private final Supplier<ConfigReader.Result> source;
  private final BooleanSupplier stopping;
  private Future<?> last = Future.succeededFuture();

  /**
   * @param source reads the configuration anew; may block
   */
  Reload(
      Node node,
      List<LoopServers> loops,
      Supplier<ConfigReader.Result> source,
      BooleanSupplier stopping) {
    this.node = node;
    this.loops = loops;
    this.source = source;
    this.stopping = stopping;
    succeeded();
  }

  /**
   * Reloads after the reloads that were asked for before. Any thread may call.
   *
   * @return completes when every loop works by the new configuration and has ended the connections
   *     of routes that changed; fails only by a defect
   */
  Future<ReloadOutcome> run() {
    return loops
        .get(0)
        .on(
            () -> {
              Future<ReloadOutcome> mine = last.transform(before -> once());
              last = mine;
              return mine;
            });
  }

  private Future<ReloadOutcome> once() {
    if (stopping.getAsBoolean()) {
      return Future.succeededFuture(new ReloadOutcome.Stopping());
    }
    return node.vertx()
        .executeBlocking(source::get)
        .compose(this::take)
        .onSuccess(this::tell)
        .onFailure(
            defect -> {
              node.metrics().configReloads.labelValues("failed").inc();
              LOG.error("the configuration could not be reloaded; the running one stays", defect);
            });
  }

  private Future<ReloadOutcome> take(ConfigReader.Result result) {
    if (result instanceof ConfigReader.Result.Refused refused) {
      return Future.succeededFuture(new ReloadOutcome.Refused(refused.problems()));
    }
    return apply((ConfigReader.Result.Accepted) result);
  }

  private Future<ReloadOutcome> apply(ConfigReader.Result.Accepted wanted) {
    Live before = node.inForce().now();
    Live next = before.reloaded(wanted);
    List<String> restart = before.needingRestart(wanted);
    node.inForce().replace(next);
    node.upstreams().retain(next.routes());
    return Future.all(loops.stream().map(LoopServers::reload).toList())
        .compose(
            swapped -> {
              node.broker().retune();
              return Future.all(loops.stream().map(LoopServers::endRemoved).toList());
            })
        .map(
            ended -> {
              int connections = ended.<Integer>list().stream().mapToInt(Integer::intValue).sum();
              return new ReloadOutcome.Applied(next.since(before), connections, restart);
            });
  }

  private void succeeded() {
    node.metrics().lastReloadSuccess.set(System.currentTimeMillis() / 1000.0);
  }

  private void tell(ReloadOutcome outcome) {
    if (outcome instanceof ReloadOutcome.Applied applied) {
      succeeded();
      node.metrics().configReloads.labelValues("applied").inc();
      LOG.info(
          "reloaded routes-kept={} routes-changed={} routes-added={} routes-removed={}"
              + " connections-ended={}",
          applied.routes().kept(),
          applied.routes().changed(),
          applied.routes().added(),
          applied.routes().removed(),
          applied.connectionsEnded());
      if (!applied.restart().isEmpty()) {
        LOG.warn("changed, but in force only after a restart: {}", applied.restart());
      }
    } else if (outcome instanceof ReloadOutcome.Refused refused) {
      node.metrics().configReloads.labelValues("refused").inc();
      LOG.error("the new configuration has mistakes; the running one stays");
      for (ConfigProblem problem : refused.problems()) {
        LOG.error("{}", problem);
      }
    }
  }
}
