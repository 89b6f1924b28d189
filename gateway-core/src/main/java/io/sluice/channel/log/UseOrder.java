package io.sluice.channel.log;

import org.jspecify.annotations.Nullable;

/** Records in the order of their last use: a list through the records themselves. */
public final class UseOrder {

  private @Nullable ChannelLog least;
  private @Nullable ChannelLog most;

  /** The record whose last use is longest ago. */
  public @Nullable ChannelLog leastRecent() {
    return least;
  }

  /** Adds a record that is in no list, as the one used last. */
  public void add(ChannelLog log) {
    log.lessRecent = most;
    log.moreRecent = null;
    if (most == null) {
      least = log;
    } else {
      most.moreRecent = log;
    }
    most = log;
  }

  /** Removes a record that is in this list. */
  public void remove(ChannelLog log) {
    if (log.lessRecent == null) {
      least = log.moreRecent;
    } else {
      log.lessRecent.moreRecent = log.moreRecent;
    }
    if (log.moreRecent == null) {
      most = log.lessRecent;
    } else {
      log.moreRecent.lessRecent = log.lessRecent;
    }
    log.lessRecent = null;
    log.moreRecent = null;
  }
}
