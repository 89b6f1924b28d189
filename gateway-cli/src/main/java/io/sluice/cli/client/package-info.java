/**
 * What {@code subscribe} reads with: one small client for each transport, on the JDK's HTTP client.
 *
 * <p>Start with {@link io.sluice.cli.client.Subscription}, which joins connection to connection by
 * the cursor.
 *
 * <p><b>Threading</b>: blocking; everything belongs to the thread that calls {@code Subscription}.
 * Only {@link io.sluice.cli.client.Inbox} is touched by the HTTP client's threads too.
 *
 * <p><b>Invariants</b>: a client stands outside the gateway: it knows {@code docs/protocol.md} and
 * imports no room of the gateway. It never holds more than one message that has not been read.
 *
 * <p>Source of truth: {@code docs/protocol.md} §2 to §13.
 */
@NullMarked
package io.sluice.cli.client;

import org.jspecify.annotations.NullMarked;
