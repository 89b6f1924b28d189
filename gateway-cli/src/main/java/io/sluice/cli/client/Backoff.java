package io.sluice.cli.client;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How long to wait before the next try: doubling with full jitter, and what the gateway asked for.
 */
final class Backoff {

  private static final long FIRST_MS = 250;
  private static final long LAST_MS = 10_000;

  private final RandomGenerator random;
  private int failures;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  /** Something was read: the next failure is a first one again. */
  void reset() {
    failures = 0;
  }

  /** The next pause, from 100 ms to 10 s; at least what the gateway asked for. */
  Duration next(@Nullable Duration asked) {
    long ceiling = Math.min(LAST_MS, FIRST_MS << Math.min(failures, 10));
    failures++;
    long ms = random.nextLong(100, ceiling + 1);
    return Duration.ofMillis(asked == null ? ms : Math.max(ms, asked.toMillis()));
  }
}
