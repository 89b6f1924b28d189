package io.sluice.proxy;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The targets that one request is tried at, one after the other. Belongs to one loop. */
final class Attempts {

  private final Proxy.Site site;
  private final RequestHead head;
  private final Taker taker;
  private final List<Target> targets;
  private Set<Target> tried = Set.of();
  private @Nullable Target target;
  private Pool.@Nullable Ticket ticket;
  private int sent;

  /** Who sends the request. One of the two is called for each attempt that is not cancelled. */
  interface Taker {
    void onConnection(UpstreamConnection connection, Target target);

    void onFault(Fault fault);
  }

  Attempts(Proxy.Site site, RequestHead head, Taker taker) {
    this.site = site;
    this.head = head;
    this.targets = site.targets(head.upstream());
    this.taker = taker;
  }

  /**
   * Asks for a connection to a target that has not been tried, if there is one; the answer may come
   * before this returns.
   *
   * @param fresh not one that was used before, if there is room for another
   */
  void next(boolean fresh) {
    Target next = site.pick(targets, tried);
    target = next;
    next.began();
    Pool.Ticket mine = new Asked(next);
    ticket = mine;
    if (head.upgrade() == null) {
      next.pool().take(mine, fresh);
    } else {
      next.connectAlone(mine);
    }
  }

  private final class Asked extends Pool.Ticket {
    private final Target at;

    Asked(Target at) {
      this.at = at;
    }

    @Override
    void onConnection(UpstreamConnection made) {
      ticket = null;
      sent++;
      taker.onConnection(made, at);
    }

    @Override
    void onFault(Fault fault) {
      ticket = null;
      taker.onFault(fault);
    }
  }

  /** The last one tried; null before the first, and after {@link #mayGoOn} said so. */
  @Nullable Target target() {
    return target;
  }

  /** How many requests upstreams may have seen. */
  int sent() {
    return sent;
  }

  /** Whether the request waits until others have ended; else a connection is on the way. */
  boolean isInLine() {
    return ticket != null && ticket.isInLine();
  }

  /** Nothing is asked for any more. */
  void cancel() {
    if (ticket != null && target != null) {
      target.pool().leave(ticket);
      ticket = null;
    }
  }

  /** The target has answered. */
  void succeeded() {
    if (target != null) {
      target.health().succeeded();
    }
  }

  /** The attempt has failed, by the target's fault or not. */
  void failed(Fault fault) {
    if (target != null && fault.isOfTarget()) {
      target.health().failed(site.loop().nowMs());
    }
  }

  /**
   * Whether another attempt may be made after a failed one; if so, this target counts as tried.
   *
   * @param answered whether the head of an answer had come
   */
  boolean mayGoOn(Fault fault, boolean answered) {
    Target at = target;
    if (at == null
        || tried.size() >= head.upstream().health().retries()
        || !allows(fault, answered, hasOther(at))) {
      return false;
    }
    at.ended();
    target = null;
    if (tried.isEmpty()) {
      tried = new HashSet<>();
    }
    tried.add(at);
    return true;
  }

  private boolean hasOther(Target at) {
    return targets.stream().anyMatch(each -> each != at && !tried.contains(each));
  }

  private boolean allows(Fault fault, boolean answered, boolean other) {
    return switch (fault) {
      case TERMINATED -> !answered && head.isIdempotent();
      case NO_ANSWER -> other && head.isIdempotent();
      case POOL_FULL, POOL_LATE -> other;
      default -> fault.isBeforeSending();
    };
  }

  /** The request is no longer under way at its last target. */
  void end() {
    if (target != null) {
      target.ended();
    }
  }
}
