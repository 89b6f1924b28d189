package io.sluice.channel.log;

/**
 * What a log keeps of events that have left its history, for readers that were attached already.
 *
 * @param maxBytes of these events together
 * @param maxAgeMs of each event
 */
public record Floor(long maxBytes, long maxAgeMs) {}
