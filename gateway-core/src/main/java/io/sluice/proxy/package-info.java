/**
 * What is not for us goes to an upstream and back, streaming.
 *
 * <p>Start with {@link io.sluice.proxy.Proxy}; one request on its way is a {@code Passage}, and
 * {@code ForwardedHeaders} says which headers travel.
 *
 * <p><b>Threading</b>: one proxy for each event loop, with connections of its own; everything
 * happens on that loop.
 *
 * <p><b>Invariants</b>: no body is held in memory beyond what back-pressure leaves under way; a
 * body that the upstream cut short is never ended as if it were whole; a header that is about one
 * connection never reaches the other. Absent on purpose: caching, and retries of what may have had
 * an effect.
 *
 * <p>Source of truth: RFC 9110 §7.6, {@code docs/protocol.md} NEG-7.
 */
@NullMarked
package io.sluice.proxy;

import org.jspecify.annotations.NullMarked;
