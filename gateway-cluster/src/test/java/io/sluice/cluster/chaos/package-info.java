/**
 * Runs gateways as processes, loads them, does them harm, and has the history judged: {@code
 * scripts/chaos}.
 *
 * <p>Start with {@link Faults}, the catalogue, and {@link Stage}, what a fault may do. {@link Load}
 * has the clients: publishers that retry, readers on all transports that come back with their
 * cursors. They speak over plain sockets, so that nothing but what is written here is retried or
 * kept.
 *
 * <p><b>Threading</b>: each client is a thread; what they share are queues, and values that one of
 * them writes.
 *
 * <p><b>Invariants</b>: processes are ended by their id; namespaces, rules and files are removed
 * however a run ends. Nothing here judges: that is {@code io.sluice.cluster.history}.
 *
 * <p>Source of truth: {@code docs/reliability.md}.
 */
package io.sluice.cluster.chaos;
