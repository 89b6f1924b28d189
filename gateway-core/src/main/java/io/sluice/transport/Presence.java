package io.sluice.transport;

import io.sluice.config.Route;
import io.sluice.config.Transport;
import io.sluice.http.CloseReason;
import io.sluice.http.Connections;
import java.util.Collection;
import java.util.HexFormat;

/**
 * A stream, socket or poll as the node knows it: in the list of what is open, in its place of the
 * admission, and at its end in the metrics and the log.
 */
final class Presence implements Connections.Connection {

  private final TransportLoop loop;
  private final Open open;
  private final long id;
  private final long startedMs;
  private String begin = "";

  /** What is open. */
  interface Open {
    Transport transport();

    /** Who reads it; always the same. */
    Peer peer();

    /** The push route that it came by. */
    Route.Push route();

    Subscriptions subscriptions();

    /** Events written to it so far. */
    long events();

    /** Ends it with a reason, within its manners. */
    void close(CloseReason reason);
  }

  /** Who is at the other end. */
  interface Peer {
    /** The client's address. */
    String remote();

    /** Bytes written to it, the head included. */
    long bytesWritten();
  }

  Presence(TransportLoop loop, Open open) {
    this.loop = loop;
    this.open = open;
    this.id = loop.random().nextLong();
    this.startedMs = loop.loop().nowMs();
  }

  /** It begins with the subscriptions that it has; its place in the admission is taken already. */
  void enter() {
    begin = open.subscriptions().begin();
    loop.connections().add(this);
  }

  /**
   * It has ended. Once.
   *
   * @param reason the slug of a close reason or problem, or {@code answered}
   */
  void leave(String reason) {
    loop.connections().remove(this);
    loop.admission().leave();
    loop.metrics().connectionsClosed.labelValues(transport().word(), reason).inc();
    AccessLog.write(
        this,
        new AccessLog.Ending(
            begin, reason, peer().bytesWritten(), loop.loop().nowMs() - startedMs));
  }

  TransportLoop loop() {
    return loop;
  }

  Peer peer() {
    return open.peer();
  }

  @Override
  public String id() {
    return HexFormat.of().toHexDigits(id);
  }

  @Override
  public Transport transport() {
    return open.transport();
  }

  @Override
  public Route.Push route() {
    return open.route();
  }

  @Override
  public String remote() {
    return peer().remote();
  }

  @Override
  public Collection<String> channels() {
    return open.subscriptions().channels();
  }

  @Override
  public String cursor() {
    return open.subscriptions().cursor();
  }

  @Override
  public long openedMs() {
    return System.currentTimeMillis() - (loop.loop().nowMs() - startedMs);
  }

  @Override
  public long events() {
    return open.events();
  }

  @Override
  public void close(CloseReason reason) {
    open.close(reason);
  }
}
