/**
 * The strict HTTP/1 filter before everything on every listener: bytes reach the decoder of Vert.x
 * only when RFC 9112 gives them exactly one reading.
 *
 * <p>Start with {@link io.sluice.http.guard.Door}, then {@code Guard}, which is one connection's.
 *
 * <p><b>Threading</b>: a guard and its door belong to one event loop; {@link
 * io.sluice.http.guard.Sockets} is one for the node and takes any thread.
 *
 * <p><b>Invariants</b>: a head is passed on whole and valid, or not at all; a body's framing byte
 * is passed on only after it was checked; a refusal is answered after the answers to earlier
 * requests; a guard holds at most one incomplete head; a connection that was taken over has no
 * guard. Absent on purpose: lenience, and any parsing of what is answered.
 *
 * <p>Source of truth: {@code docs/architecture.md} (the walk of one connection), {@code
 * docs/adr/0007-a-guard-before-the-decoder.md}, RFC 9110, RFC 9112.
 */
@NullMarked
package io.sluice.http.guard;

import org.jspecify.annotations.NullMarked;
