package io.sluice.cli.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Hands messages from the HTTP client's threads to the one that reads. It is bounded by its
 * senders, which ask for the next message only when one has been taken.
 */
final class Inbox<T> {

  private final BlockingQueue<Entry<T>> entries = new LinkedBlockingQueue<>();

  /** Any thread: a message has come. */
  void onMessage(T message) {
    entries.add(new Entry<>(message, null));
  }

  /** Any thread: no message comes after this. */
  void onEnd(String reason) {
    entries.add(new Entry<>(null, reason));
  }

  /**
   * The next message.
   *
   * @throws Ended if there is none, or none came in time
   */
  T take(Duration patience) throws Ended, InterruptedException {
    Entry<T> entry = entries.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (entry == null) {
      throw new Ended("nothing heard for " + patience.toSeconds() + " s");
    }
    if (entry.message == null) {
      throw new Ended(entry.end == null ? "ended" : entry.end);
    }
    return entry.message;
  }

  private record Entry<T>(@Nullable T message, @Nullable String end) {}

  /** The connection is over; the message says why. */
  static final class Ended extends IOException {
    private static final long serialVersionUID = 1;

    private final String reason;

    Ended(String reason) {
      super(reason);
      this.reason = reason;
    }

    /** For people, as it is: {@link Failures#text} would take it for words of the JDK. */
    String reason() {
      return reason;
    }
  }
}
