/**
 * A load generator: many readers of one server, events published at a pace, every delivery checked.
 *
 * <p>Start with {@link io.sluice.cli.bench.Load}, which does one run; {@link
 * io.sluice.cli.bench.Plan} says what it does, {@link io.sluice.cli.bench.Report} what came of it.
 *
 * <p><b>Threading</b>: {@code Load} blocks the thread that calls it. Readers belong to a few event
 * loops, each with one {@code Tally}; publishers and the pace belong to a loop of their own, so
 * that busy readers do not delay them. Between loops go only counters.
 *
 * <p><b>Invariants</b>: it stands outside the gateway, knows nothing of it but bytes on a socket,
 * and works with any server that delivers what was published unchanged. Everything that waits has a
 * bound. Not here: printing, and reconnecting: a reader that is closed is told of and stays closed.
 *
 * <p>Source of truth: what {@code sluice bench --help} says.
 */
@NullMarked
package io.sluice.cli.bench;

import org.jspecify.annotations.NullMarked;
