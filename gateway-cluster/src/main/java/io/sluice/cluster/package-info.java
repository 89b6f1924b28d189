/**
 * The broker over embedded Hazelcast: several nodes that behave as one gateway.
 *
 * <p>Start with {@link io.sluice.cluster.ClusterFactory}; {@code Joining} puts a node together.
 * Three sides, each to be read by itself: the <em>owner's</em> ({@code ChannelRecord}, and the
 * operations {@code Append}, {@code Look}, {@code Grown}, {@code Sweep} that run on it), the
 * <em>reader's</em> ({@code LoopBroker}, {@code Publishing}, {@code Tails}, {@code Mending}), and
 * what joins them ({@code Owners}, {@code Peers}, {@code Comparing}, {@code Watch}).
 *
 * <p><b>Threading</b>: a record is touched by the thread of its partition alone, a tail and a line
 * of publishes by the home loop of their channel alone. Between them go values and messages.
 *
 * <p><b>Invariants</b>: nothing is shown before every backup has it; a backup that lacks something
 * refuses what follows it; a tail only says yes; a new epoch is made only by an operation that
 * finds no record. This module alone imports Hazelcast; a node without a cluster loads nothing of
 * it.
 *
 * <p>Source of truth: {@code docs/architecture.md}, {@code
 * docs/adr/0010-a-channel-is-one-entry.md}.
 */
@NullMarked
package io.sluice.cluster;

import org.jspecify.annotations.NullMarked;
