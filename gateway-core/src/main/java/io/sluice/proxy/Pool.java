package io.sluice.proxy;

import io.sluice.channel.Loop;
import io.sluice.config.Upstream;
import io.sluice.metrics.Metrics;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one loop to one target: at most so many at once, and a bounded line of
 * requests that wait for one. Free ones are kept for a while, the last used goes first.
 */
final class Pool implements UpstreamConnection.Owner {

  private final Connector connector;
  private final Upstream.Pool settings;
  private final Loop loop;
  private final Metrics metrics;
  private final Deque<Idle> idle = new ArrayDeque<>();
  private final Deque<Ticket> waiting = new ArrayDeque<>();
  private Loop.@Nullable Timer sweep;
  private int open;
  private boolean closed;

  private record Idle(UpstreamConnection connection, long untilMs) {}

  /** Makes connections. */
  interface Connector {
    /** One of the two is called, later, on the loop. */
    void connect(
        UpstreamConnection.Owner owner, Consumer<UpstreamConnection> made, Consumer<Fault> failed);
  }

  /** A request that has asked for a connection. One of its two methods is called, once. */
  abstract static class Ticket {
    private boolean cancelled;
    private boolean inLine;

    /** The connection is the ticket's until its answer has ended or it is discarded. */
    abstract void onConnection(UpstreamConnection connection);

    abstract void onFault(Fault fault);

    /** Neither method is called any more. */
    void cancel() {
      cancelled = true;
    }

    boolean isCancelled() {
      return cancelled;
    }

    /** Whether it waits until others have ended; else a connection is on the way. */
    boolean isInLine() {
      return inLine;
    }
  }

  Pool(Connector connector, Upstream.Pool settings, Loop loop, Metrics metrics) {
    this.connector = connector;
    this.settings = settings;
    this.loop = loop;
    this.metrics = metrics;
  }

  /**
   * Asks for a connection; the answer may come before this returns.
   *
   * @param fresh not one that was used before, if there is room for another
   */
  void take(Ticket ticket, boolean fresh) {
    if (fresh && open >= settings.connections() && !idle.isEmpty()) {
      idle.removeFirst().connection.discard();
    }
    UpstreamConnection kept = fresh ? null : kept();
    if (kept != null) {
      ticket.onConnection(kept);
    } else if (open < settings.connections()) {
      connect(ticket);
    } else {
      await(ticket);
    }
  }

  private void await(Ticket ticket) {
    if (waiting.size() < settings.waiting()) {
      metrics.limitsHit.labelValues("routes[].upstream.pool.connections").inc();
      metrics.upstreamWaiting.inc();
      ticket.inLine = true;
      waiting.addLast(ticket);
    } else {
      metrics.limitsHit.labelValues("routes[].upstream.pool.waiting").inc();
      ticket.onFault(Fault.POOL_FULL);
    }
  }

  private @Nullable Ticket nextWaiting() {
    Ticket next = waiting.pollFirst();
    if (next != null) {
      next.inLine = false;
      metrics.upstreamWaiting.dec();
    }
    return next;
  }

  /** Takes a ticket out of the line. */
  void leave(Ticket ticket) {
    ticket.cancel();
    if (waiting.remove(ticket)) {
      metrics.upstreamWaiting.dec();
    }
  }

  private @Nullable UpstreamConnection kept() {
    while (!idle.isEmpty()) {
      Idle last = idle.removeLast();
      if (last.connection.isUsable() && loop.nowMs() < last.untilMs) {
        return last.connection;
      }
      last.connection.discard();
    }
    return null;
  }

  private void connect(Ticket ticket) {
    opened();
    connector.connect(
        this,
        made -> {
          if (!ticket.cancelled) {
            ticket.onConnection(made);
          } else {
            onFree(made);
          }
        },
        fault -> {
          closed();
          if (!ticket.cancelled) {
            ticket.onFault(fault);
          }
          serveNext();
        });
  }

  @Override
  public void onFree(UpstreamConnection connection) {
    if (closed || !connection.isUsable()) {
      connection.discard();
      return;
    }
    Ticket next = nextWaiting();
    if (next != null) {
      next.onConnection(connection);
      return;
    }
    long keepMs = Math.min(settings.keepAlive().toMillis(), connection.keepMs());
    idle.addLast(new Idle(connection, loop.nowMs() + keepMs));
    scheduleSweep();
  }

  @Override
  public void onGone(UpstreamConnection connection) {
    closed();
    idle.removeIf(each -> each.connection == connection);
    serveNext();
  }

  private void serveNext() {
    if (open < settings.connections()) {
      Ticket next = nextWaiting();
      if (next != null) {
        connect(next);
      }
    }
  }

  private void scheduleSweep() {
    if (sweep == null && !idle.isEmpty()) {
      long nextMs = idle.stream().mapToLong(Idle::untilMs).min().orElse(0);
      sweep = loop.after(Math.max(1, nextMs - loop.nowMs()), this::sweep);
    }
  }

  private void sweep() {
    sweep = null;
    long nowMs = loop.nowMs();
    for (Idle each : idle.toArray(Idle[]::new)) {
      if (nowMs >= each.untilMs) {
        each.connection.discard();
      }
    }
    scheduleSweep();
  }

  /** Keeps nothing from now on; what is under way ends in its own time. */
  void close() {
    closed = true;
    for (Idle each : idle.toArray(Idle[]::new)) {
      each.connection.discard();
    }
    if (sweep != null) {
      sweep.cancel();
      sweep = null;
    }
  }

  private void opened() {
    open++;
    metrics.upstreamConnections.inc();
  }

  private void closed() {
    open--;
    metrics.upstreamConnections.dec();
  }
}
