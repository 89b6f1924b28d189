/**
 * Channel to bytes for one client: WebSocket, Server-Sent Events, long poll and poll, and what they
 * share (the subscribe request, the wire formats, heartbeats).
 *
 * <p>Start with {@code PushEndpoint}, which chooses the transport of a request. A stream leaves
 * nothing of Vert.x on its connection: {@code Takeover}, the only class here that uses Vert.x
 * internals, puts a {@code NettyConnection} in its place.
 *
 * <p><b>Threading</b>: a connection, its readers, its heartbeat and its decoder belong to one event
 * loop; {@code TransportLoop} is what a loop's connections share.
 *
 * <p><b>Invariants</b>: a connection that is full writes nothing more and holds no event; it is
 * flushed once for each turn of the loop; no timer exists per idle connection (one wheel per loop).
 * Absent on purpose: a queue per connection.
 *
 * <p>Source of truth: {@code docs/protocol.md} §3 to §10, §12.
 */
@NullMarked
package io.sluice.transport;

import org.jspecify.annotations.NullMarked;
