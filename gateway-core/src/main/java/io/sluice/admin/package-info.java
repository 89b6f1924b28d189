/**
 * What an operator asks: health, readiness, the metrics page, nodes, channels and connections.
 *
 * <p>Start with {@link io.sluice.admin.AdminApi}; {@link io.sluice.admin.AdminNode} is what the
 * APIs of all loops share.
 *
 * <p><b>Threading</b>: an {@code AdminApi} belongs to one event loop. The connections of another
 * loop are asked for by a task on that loop, which answers with values; another node answers a
 * question in JSON ({@code Answering}).
 *
 * <p><b>Invariants</b>: an answer is bounded however much the node holds; health is about this
 * process and its cluster: trouble of an upstream never makes a node unready. Absent on purpose:
 * anything that changes a channel, and any payload.
 *
 * <p>Source of truth: {@code docs/admin.md}, {@code docs/metrics.md}, {@code docs/protocol.md}
 * NAM-3.
 */
@NullMarked
package io.sluice.admin;

import org.jspecify.annotations.NullMarked;
