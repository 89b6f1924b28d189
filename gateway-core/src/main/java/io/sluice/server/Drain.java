package io.sluice.server;

import io.sluice.http.CloseReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An orderly stop (REF-3), in this order: nothing new is taken in, streams and held polls end with
 * a reason, what is under way ends, the listeners close, the logs are saved or handed to the other
 * nodes, the threads end.
 *
 * <p>Nothing is acknowledged after the logs were saved or handed over, because the connections of
 * publishers are closed by then. New clients are answered in their manners (REF-2) as long as
 * streams are open.
 */
final class Drain {

  private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

  /** Between two looks at what is still open. */
  private static final long LOOK_MS = 10;

  /** For last bytes to reach the client when nothing else is left of {@code drain}. */
  private static final long LAST_MS = 250;

  /** For the other nodes to take over what this one keeps; then it goes without more ado. */
  static final long LEAVE_MS = 30_000;

  private final Node node;
  private final List<LoopServers> loops;
  private final long deadlineMs;

  Drain(Node node, List<LoopServers> loops) {
    this.node = node;
    this.loops = loops;
    this.deadlineMs = nowMs(node) + node.config().drain().toMillis();
  }

  /** Completes when nothing is left running. Fails only if the logs could not be saved. */
  Future<Void> run() {
    LOG.info("draining connections={} for={}", node.admission().open(), node.config().drain());
    node.admission().drain();
    return Future.join(loops.stream().map(l -> l.closeStreams(CloseReason.DRAINING)).toList())
        .transform(ended -> untilQuiet())
        .compose(quiet -> shutdown())
        .transform(closed -> Restart.save(node))
        .eventually(() -> end(node, LEAVE_MS))
        .onSuccess(done -> LOG.info("stopped"))
        .onFailure(Drain::tell);
  }

  /** Leaves the other nodes, within a bound, and ends the threads. */
  static Future<Void> end(Node node, long leaveMs) {
    return node.neighbours()
        .leave()
        .timeout(leaveMs, TimeUnit.MILLISECONDS)
        .recover(
            failure -> {
              LOG.warn("left the other nodes, but not in order: they notice it", failure);
              return Future.succeededFuture();
            })
        .eventually(() -> node.vertx().close());
  }

  private static void tell(Throwable failure) {
    if (failure instanceof StopException known) {
      LOG.error("stopped, but not in order: {}", known.getMessage());
    } else {
      LOG.error("stopped, but not in order", failure);
    }
  }

  private Future<Void> untilQuiet() {
    Promise<Void> quiet = Promise.promise();
    look(quiet);
    return quiet.future();
  }

  private void look(Promise<Void> quiet) {
    Future.join(loops.stream().map(LoopServers::underWay).toList())
        .onSuccess(
            counts -> {
              int open = counts.<Integer>list().stream().mapToInt(Integer::intValue).sum();
              if (open == 0) {
                quiet.complete();
              } else if (nowMs(node) >= deadlineMs) {
                LOG.warn("drain = {} is over: {} are cut", node.config().drain(), open);
                quiet.complete();
              } else {
                node.vertx().setTimer(LOOK_MS, again -> look(quiet));
              }
            })
        .onFailure(quiet::fail);
  }

  private Future<Void> shutdown() {
    Duration grace = Duration.ofMillis(Math.max(LAST_MS, deadlineMs - nowMs(node)));
    return Future.join(loops.stream().map(loop -> loop.shutdown(grace)).toList()).mapEmpty();
  }

  private static long nowMs(Node node) {
    return node.loops().get(0).nowMs();
  }
}
