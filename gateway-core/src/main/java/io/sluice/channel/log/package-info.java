/**
 * One channel's record, whoever keeps it: the events, the identity, and every question of position.
 *
 * <p>Start with {@link io.sluice.channel.log.ChannelLog}. Around it stand what its keeper needs to
 * hold many within bounds: which one has something to drop next, which one was used longest ago,
 * and what all of them may take.
 *
 * <p><b>Threading</b>: a log and the lists it is in belong to one owner, which alone touches them;
 * a {@link io.sluice.channel.log.Budget} is shared by all.
 *
 * <p><b>Invariants</b>: a log's events are dense; what is shown to new readers is a suffix of what
 * is kept. No clock and no chance in here: the owner brings both.
 *
 * <p>Source of truth: {@code docs/protocol.md} §2, §7.
 */
@NullMarked
package io.sluice.channel.log;

import org.jspecify.annotations.NullMarked;
