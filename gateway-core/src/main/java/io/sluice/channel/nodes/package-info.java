/**
 * Who else behaves as one gateway with this node.
 *
 * <p>Start with {@link io.sluice.channel.nodes.Neighbours}. Without a cluster there is one node,
 * which {@code server} makes; {@code gateway-cluster} has the others.
 *
 * <p><b>Threading</b>: any thread may call anything.
 *
 * <p><b>Invariants</b>: nothing here knows channels' contents or HTTP. Absent on purpose: a list
 * that is kept here; who is there is asked for each time.
 *
 * <p>Source of truth: {@code docs/admin.md}.
 */
@NullMarked
package io.sluice.channel.nodes;

import org.jspecify.annotations.NullMarked;
