package io.sluice.http.guard;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.sluice.channel.Loop;
import io.sluice.config.Config;
import io.sluice.http.Problem;
import io.sluice.metrics.Metrics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the connections of one event loop come in: gives each its guard, and looks now and then at
 * those that keep a server waiting. Made and touched on that loop.
 */
public final class Door {

  private static final Logger LOG = LoggerFactory.getLogger(Door.class);

  /** Between two looks; a time-out comes at most so much late. */
  private static final int LOOK_MS = 250;

  private final Loop loop;
  private final Config.Door times;
  private final long stalledMs;
  private final HeadScanner.HeadLimits headLimits;
  private final Sockets sockets;

  /** One for all connections. */
  private final ChannelFutureListener left;

  private final Metrics metrics;
  private final List<Guard> guards = new ArrayList<>();
  private boolean looking;

  /** For the next head: most come in one piece, so that one does for all connections. */
  private @Nullable HeadScanner spare;

  /**
   * @param limits of which the bounds of bare connections are used
   */
  public Door(Loop loop, Config.Limits limits, Sockets sockets, Metrics metrics) {
    this.loop = loop;
    this.times = limits.door();
    this.stalledMs = limits.stalled().toMillis();
    this.headLimits = HeadScanner.HeadLimits.of(limits);
    this.sockets = sockets;
    this.left = closed -> sockets.leave();
    this.metrics = metrics;
  }

  /**
   * Proves, over one loopback connection, that a guard works with this Vert.x. Completes within
   * milliseconds; fails with what does not hold.
   */
  public static Future<Void> check(Vertx vertx) {
    return GuardCheck.run(vertx);
  }

  /**
   * Takes a connection in, or closes it because there are too many. Call from the handler of a
   * server's connections.
   *
   * @param reserved whether it may have one of the places kept for operators
   */
  public void open(HttpConnection connection, boolean reserved) {
    connection.exceptionHandler(
        failure -> LOG.debug("connection fails remote={}", connection.remoteAddress(), failure));
    if (!sockets.enter(reserved)) {
      connection.close();
      return;
    }
    HttpPipeline.whenClosed(connection, left);
    HttpPipeline.add(connection, new Guard(this));
  }

  /**
   * Says that a request, good or bad, has come to its handler.
   *
   * @return whether its connection is guarded; if not, it must not be served
   */
  public static boolean serves(HttpServerRequest request) {
    Guard guard = HttpPipeline.guard(request);
    if (guard != null) {
      guard.serves(Served.of(request));
    }
    return guard != null;
  }

  /**
   * Says that a request is refused and nothing after it served: what still comes is dropped, and
   * the close that has to follow gives the client a moment to read the answer (RFC 9112 §9.6).
   */
  public static void refuses(HttpServerRequest request) {
    Guard guard = HttpPipeline.guard(request);
    if (guard != null) {
      guard.dropRest();
    }
  }

  void enter(Guard guard) {
    guard.index = guards.size();
    guards.add(guard);
    if (!looking) {
      looking = true;
      loop.after(LOOK_MS, this::look);
    }
  }

  void leave(Guard guard) {
    if (guard.index < 0) {
      return;
    }
    Guard last = guards.remove(guards.size() - 1);
    if (last != guard) {
      guards.set(guard.index, last);
      last.index = guard.index;
    }
    guard.index = -1;
  }

  /** From the end, because a guard that leaves gives its place to the last. */
  private void look() {
    long now = loop.nowMs();
    for (int i = guards.size() - 1; i >= 0; i--) {
      if (i < guards.size()) {
        guards.get(i).look(now);
      }
    }
    looking = !guards.isEmpty();
    if (looking) {
      loop.after(LOOK_MS, this::look);
    }
  }

  /** A request was refused, perhaps because of a configured bound. */
  void refused(Problem problem, @Nullable String limit) {
    metrics.refusedUnrouted(problem.kind().slug());
    if (limit != null) {
      metrics.limitsHit.labelValues(limit).inc();
    }
  }

  /** One to read a head with. */
  HeadScanner scanner() {
    HeadScanner scanner = spare;
    spare = null;
    return scanner == null ? new HeadScanner(headLimits) : scanner;
  }

  /** The head is read. */
  void scanned(HeadScanner scanner) {
    scanner.reset();
    spare = scanner;
  }

  HeadScanner.HeadLimits headLimits() {
    return headLimits;
  }

  void headerTimedOut() {
    metrics.limitsHit.labelValues("limits.header-timeout").inc();
  }

  void idled() {
    metrics.limitsHit.labelValues("limits.idle").inc();
  }

  /** A connection is cut because its client takes nothing of an answer; told, then counted. */
  void stalled(Channel channel) {
    LOG.info(
        "connection cut remote={} local={} reason=stalled: it took nothing for {} ms"
            + " (limits.stalled)",
        channel.remoteAddress(),
        channel.localAddress(),
        stalledMs);
    metrics.stalled.inc();
  }

  long stalledMs() {
    return stalledMs;
  }

  long headerTimeoutMs() {
    return times.headerTimeout().toMillis();
  }

  long idleMs() {
    return times.idle().toMillis();
  }

  long nowMs() {
    return loop.nowMs();
  }
}
