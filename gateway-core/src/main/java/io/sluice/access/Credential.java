package io.sluice.access;

import io.sluice.config.ChannelPattern;
import java.util.List;

/**
 * As whom a request publishes.
 *
 * @param name the key's name, for logs and as part of publish ids; empty where no keys are
 *     configured
 * @param channels what it may publish to; any of the patterns suffices
 */
public record Credential(String name, List<ChannelPattern> channels) {

  /** Everybody, where no keys are configured. */
  public static final Credential OPEN = new Credential("", List.of(new ChannelPattern("*")));

  public Credential {
    channels = List.copyOf(channels);
  }

  /** Whether it may publish to a channel. */
  public boolean may(String channel) {
    for (ChannelPattern pattern : channels) {
      if (pattern.matches(channel)) {
        return true;
      }
    }
    return false;
  }
}
