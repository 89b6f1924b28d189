package io.sluice.channel;

import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A broker under test with its clock. */
@NullMarked
public interface BrokerBed {
  Broker broker();

  /** Waits until an answer is there. */
  <T extends @Nullable Object> T await(Future<T> answer);

  /** Moves the clock and lets everything come to rest. */
  void advance(long ms);

  /** A text whose publish has an id of a client. */
  static Broker.Publication text(String id, String data) {
    return new Broker.Publication(
        new Broker.PublishId(id, true),
        null,
        null,
        Event.Kind.TEXT,
        data.getBytes(StandardCharsets.UTF_8));
  }

  /** Makes the broker forget a channel that nobody uses, as if its time to be kept were over. */
  void forget(String channel);
}
