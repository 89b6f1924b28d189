/**
 * May this request publish here, and as whom.
 *
 * <p>Start with {@link io.sluice.access.PublishAccess}.
 *
 * <p><b>Threading</b>: immutable; any thread may ask.
 *
 * <p><b>Invariants</b>: keys are compared in constant time, and a key is never logged, echoed or
 * kept beyond its digest. Absent on purpose: anything about subscribers; a route is open to all.
 *
 * <p>Source of truth: {@code docs/protocol.md} §14 (PUB-10, PUB-11).
 */
@NullMarked
package io.sluice.access;

import org.jspecify.annotations.NullMarked;
