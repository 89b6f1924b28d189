/**
 * The broker of one node: logs in memory, each owned by one event loop.
 *
 * <p>Start with {@link io.sluice.channel.local.LocalBroker}, which hands each call to the home loop
 * of its channel; a {@code Shard} is what one loop owns. {@code channel.log} has the records.
 *
 * <p><b>Threading</b>: a shard, its logs and its publish ids are touched by one loop alone. The
 * node-wide budgets are counters that any thread may read.
 *
 * <p><b>Invariants</b>: a record that is followed is never forgotten; a missing record means a new
 * epoch.
 *
 * <p>Source of truth: {@code docs/protocol.md} §2, §7, §14 (PUB-7), §17.
 */
@NullMarked
package io.sluice.channel.local;

import org.jspecify.annotations.NullMarked;
