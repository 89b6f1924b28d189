package io.sluice.channel.hub;

import io.sluice.channel.Position;

/** A subscriber's end in one channel. Belongs to one loop; every call is made there. */
public final class Reader {

  private final String channel;
  private Position position;

  Reader(String channel, Position position) {
    this.channel = channel;
    this.position = position;
  }

  /** The channel's name. */
  public String channel() {
    return channel;
  }

  /** Just after the last event taken. Valid from {@link Sink#onStart} on. */
  public Position position() {
    return position;
  }

  /** The sink takes bytes again: reading goes on if it had stopped. Cheap when it had not. */
  public void resume() {
    position = Position.start(0);
  }

  /** No more calls come to the sink for this reader. Idempotent. */
  public void close() {
    position = Position.start(0);
  }
}
