/**
 * HTTP to channel: parse, limit, deduplicate, answer with the position; and reading back.
 *
 * <p>Start with {@link io.sluice.publish.PublishApi}, which finds the operation of a request. A
 * body becomes {@code Item}s ({@code PlainForm}, {@code CloudForm}), a {@code Publisher} gives them
 * to the broker and writes the results.
 *
 * <p><b>Threading</b>: one {@code PublishApi} belongs to one event loop; what the broker answers is
 * brought back to it.
 *
 * <p><b>Invariants</b>: an array is validated whole before any of it is published; data is never
 * re-encoded: embedded JSON is a slice of the request; what a request may make the node hold is
 * bounded ({@code publish.max-body}, {@code publish.max-event}, {@code publish.max-items}).
 *
 * <p>Source of truth: {@code docs/protocol.md} §14, §15.
 */
@NullMarked
package io.sluice.publish;

import org.jspecify.annotations.NullMarked;
