/**
 * The broker over embedded Hazelcast: several nodes that behave as one gateway.
 *
 * <p>Absent today: one node runs on {@code io.sluice.channel.local.LocalBroker}. This module is the
 * only one that may import Hazelcast, so that the gateway on one node neither loads nor starts it.
 *
 * <p><b>Threading</b>: nothing of Hazelcast's threads reaches beyond the contract of {@code
 * Broker}.
 *
 * <p><b>Invariants</b>: whatever stands here passes the contract suite of every broker; nothing
 * outside this module names Hazelcast.
 *
 * <p>Source of truth: {@code docs/architecture.md}.
 */
@NullMarked
package io.sluice.cluster;

import org.jspecify.annotations.NullMarked;
