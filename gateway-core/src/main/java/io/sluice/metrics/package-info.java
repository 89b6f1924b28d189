/**
 * Every number that is exported, in one place.
 *
 * <p>{@link io.sluice.metrics.Metrics} has a method or a field for each; whoever counts holds the
 * child for its labels, so that counting on a hot path is one addition.
 *
 * <p><b>Threading</b>: any thread may count and scrape.
 *
 * <p><b>Invariants</b>: labels are bounded by code (never a channel, an address or a user agent);
 * {@code docs/metrics.md} lists every name and a test compares.
 *
 * <p>Source of truth: {@code docs/metrics.md}.
 */
@NullMarked
package io.sluice.metrics;

import org.jspecify.annotations.NullMarked;
