/**
 * What publishers and readers of a run logged, and the verdict on it: what {@code
 * docs/reliability.md} promises held, or did not.
 *
 * <p>Start with {@link Checker}; {@link Kind} has the exact rule of each kind of violation. A log
 * is written by {@link Recorder}; it needs neither a gateway nor a clock of its own.
 *
 * <p><b>Threading</b>: {@link Recorder} takes notes from any thread, but those of one reader from
 * one thread at a time; everything else is values.
 *
 * <p><b>Invariants</b>: the rules know nothing of how the gateway works. Positions are compared,
 * but no rule rests on them alone: what is lost, repeated or out of order is told from publish ids
 * and times too.
 *
 * <p>Source of truth: {@code docs/reliability.md}.
 */
package io.sluice.cluster.history;
