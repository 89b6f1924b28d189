/**
 * The sample app: an ordinary HTTP app behind the gateway, as one's own would be.
 *
 * <p>Start with {@link io.sluice.cli.demo.DemoApp}; {@code Chat} has the handshake of a page that
 * is loaded first and subscribed then.
 *
 * <p><b>Threading</b>: the JDK's HTTP server calls on a few threads of its own; {@code ChatLog} is
 * the only state they share and is safe for all of them.
 *
 * <p><b>Invariants</b>: it knows the gateway by HTTP alone and imports no room of it. What a
 * visitor wrote is escaped in every page. Nothing is loaded from elsewhere.
 *
 * <p>Source of truth: {@code docs/protocol.md} §14 and §15.
 */
@NullMarked
package io.sluice.cli.demo;

import org.jspecify.annotations.NullMarked;
