package io.sluice.channel.hub;

import io.sluice.channel.Loop;
import io.sluice.channel.Start;

/** This node's readers, and the fan-out to them. */
public final class Hub {

  private Hub() {}

  /**
   * Opens a reader on the calling loop. Its sink hears {@link Sink#onStart} later, never before
   * this returns.
   */
  public Reader open(Loop loop, String channel, Start start, Sink sink) {
    return java.util.Optional.<Reader>empty().orElseThrow();
  }

  /** Readers of a channel on this node now. Any thread may ask. */
  public int readers(String channel) {
    return java.util.Optional.<Integer>empty().orElseThrow();
  }
}
