/**
 * The composition root: builds everything from the configuration, joins the rooms that know nothing
 * of each other, starts, drains and stops.
 *
 * <p>Start with {@link io.sluice.server.Gateway}.
 *
 * <p><b>Threading</b>: each event loop has its own servers, its own register of connections and its
 * own endpoints, all made and used on that loop. What blocks (reading and writing the state file)
 * happens before the first listener is open or after the last one is closed, on a worker thread.
 *
 * <p><b>Invariants</b>: publish and admin are never reachable through the listener {@code public};
 * nothing is acknowledged to a publisher after the logs were saved; a state file is deleted before
 * the first request is served. Absent on purpose: static state, a container, annotations that wire.
 *
 * <p>Source of truth: {@code docs/architecture.md}, {@code docs/protocol.md} §13, §17.
 */
@NullMarked
package io.sluice.server;

import org.jspecify.annotations.NullMarked;
