/**
 * Manners that all endpoints share: refusals as problem+json, close reasons, origins and CORS, and
 * the register of open client connections.
 *
 * <p>Start with {@link io.sluice.http.Problem} and {@link io.sluice.http.CloseReason}.
 *
 * <p><b>Threading</b>: values are immutable; a register belongs to one event loop.
 *
 * <p><b>Invariants</b>: every refusal and every ending on the wire comes from one of the two tables
 * here, and both tables stand in {@code docs/errors.md}.
 *
 * <p>Source of truth: {@code docs/protocol.md} §11, §13; {@code docs/errors.md}.
 */
@NullMarked
package io.sluice.http;

import org.jspecify.annotations.NullMarked;
