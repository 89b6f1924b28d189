package io.sluice.cluster;

import io.sluice.channel.Broker;
import org.jspecify.annotations.Nullable;

/** Whether this node may answer for the cluster now. Any thread may ask. */
@FunctionalInterface
interface Vitals {

  /** Why it may not; null if it may. */
  Broker.@Nullable Unavailable refusal();
}
