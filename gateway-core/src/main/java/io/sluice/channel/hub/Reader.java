package io.sluice.channel.hub;

import io.sluice.channel.Position;

/** A subscriber's end in one channel. Belongs to one loop; every call is made there. */
public final class Reader {

  private Reader() {}

  /** The channel's name. */
  public String channel() {
    throw new UnsupportedOperationException();
  }

  /** Just after the last event taken. Valid from {@link Sink#onStart} on. */
  public Position position() {
    throw new UnsupportedOperationException();
  }

  /** The sink takes bytes again: reading goes on if it had stopped. Cheap when it had not. */
  public void resume() {
    throw new UnsupportedOperationException();
  }

  /** No more calls come to the sink for this reader. Idempotent. */
  public void close() {
    throw new UnsupportedOperationException();
  }
}
