/**
 * The whole configuration as one immutable tree of records with defaults and units, and the reader
 * that turns YAML into it or into a list of problems.
 *
 * <p>Start with {@link io.sluice.config.Config}, then {@link io.sluice.config.ConfigReader}.
 *
 * <p><b>Threading</b>: immutable values; reading is done at start, off the event loops.
 *
 * <p><b>Invariants</b>: a {@code Config} that exists is valid: whoever uses it checks nothing
 * again. Imports no other room.
 *
 * <p>Source of truth: {@code docs/configuration.md}.
 */
@NullMarked
package io.sluice.config;

import org.jspecify.annotations.NullMarked;
