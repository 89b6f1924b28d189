package io.sluice.channel.log;

import java.util.concurrent.atomic.AtomicLong;

/** An amount that all shards of a node share: each takes and gives back, any thread may look. */
public final class Budget {

  private final long limit;
  private final int shards;
  private final AtomicLong used = new AtomicLong();

  public Budget(long limit, int shards) {
    this.limit = limit;
    this.shards = shards;
  }

  /** What a shard may keep however much the others have: nobody's load empties another's logs. */
  public long share() {
    return limit / shards;
  }

  /** Counts an amount as taken, or as given back if negative. */
  public void take(long amount) {
    used.addAndGet(amount);
  }

  public boolean exceeded() {
    return used.get() > limit;
  }

  /** Takes an amount if it still fits. */
  public boolean tryTake(long amount) {
    if (used.addAndGet(amount) > limit) {
      used.addAndGet(-amount);
      return false;
    }
    return true;
  }

  public long used() {
    return used.get();
  }
}
