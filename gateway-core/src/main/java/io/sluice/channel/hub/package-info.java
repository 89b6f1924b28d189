/**
 * This node's readers, and the fan-out to them.
 *
 * <p>Start with {@link io.sluice.channel.hub.Hub}: a transport opens a reader with a {@link
 * io.sluice.channel.hub.Sink}; from then on batches of the broker come to the reader's loop, are
 * encoded once per {@link io.sluice.channel.hub.WireFormat}, and are written to every reader that
 * stands right before them. A reader that does not is behind and catches up, page by page, from the
 * same encoded bytes or from the broker.
 *
 * <p><b>Threading</b>: a reader, its sink and a loop's copy of a channel belong to one loop. Who
 * follows what is owned by the channel's home loop. Between them only immutable values travel.
 *
 * <p><b>Invariants</b>: a reader takes a batch only where its position is the one the batch
 * follows; a reader has at most one page in flight; a reader that waits holds no event. Absent on
 * purpose: a queue per reader.
 *
 * <p>Source of truth: {@code docs/architecture.md}, {@code docs/protocol.md} §7, §12.
 */
@NullMarked
package io.sluice.channel.hub;

import org.jspecify.annotations.NullMarked;
