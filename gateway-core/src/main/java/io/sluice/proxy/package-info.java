/**
 * What is not for us goes to an upstream and back, streaming.
 *
 * <p>Start with {@link io.sluice.proxy.Proxy}. One request on its way is a {@code Passage}; {@code
 * Attempts} are the targets it is tried at, {@code Account} what is counted and logged of it;
 * {@code RequestHead} and {@code Answer} say which headers travel; {@code UpstreamConnection} and
 * {@code AnswerDecoder} decide what an answer is and whether its connection may be used again;
 * {@code Pool}, {@code Choice} and {@code TargetHealth} which connection a request gets; {@code
 * Tunnel} is what comes after a 101. What is the same for many requests is made once: {@code
 * Caller} for a connection, {@code RouteCounts} for a route, {@code RunningDeadlines} for a loop.
 *
 * <p><b>Threading</b>: one proxy for each event loop, with connections of its own; everything
 * happens on that loop. {@code Upstreams} and {@code TargetHealth} are for all loops.
 *
 * <p><b>Invariants</b>: a connection that carried anything but one whole answer to its one request
 * is never used again; a request that may have had an effect is sent once; a body that was cut
 * short is never ended as if it were whole; no body is held in memory beyond what back-pressure
 * leaves under way; a header that is about one connection never reaches the other. Absent on
 * purpose: caching, and belief in anything a client says of where it comes from.
 *
 * <p>Source of truth: {@code docs/proxy.md}, RFC 9110 §7.6, RFC 9112.
 */
@NullMarked
package io.sluice.proxy;

import org.jspecify.annotations.NullMarked;
