/**
 * The domain: a channel is a bounded log, every client is a reader with a position in it.
 *
 * <p>Start with {@link io.sluice.channel.Broker}, the contract that orders, keeps and distributes
 * events; {@code channel.local} is the broker of one node, {@code channel.hub} this node's readers
 * and the fan-out to them.
 *
 * <p><b>Threading</b>: what stands here is immutable and travels freely between threads, but for
 * {@link io.sluice.channel.Loop}, which names the thread that owns a piece of state.
 *
 * <p><b>Invariants</b>: offsets of one epoch are dense and start at 1; a position whose stamp does
 * not match names no event of this log; nothing here knows HTTP. Absent on purpose: a per-client
 * queue. A client that is behind has a position, and the log has the events.
 *
 * <p>Source of truth: {@code docs/protocol.md} §1, §2, §7.
 */
@NullMarked
package io.sluice.channel;

import org.jspecify.annotations.NullMarked;
