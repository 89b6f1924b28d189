package io.sluice.proxy;

/**
 * Says when something has taken too long. To start, to go on and to stop cost a few assignments.
 * Belongs to one loop.
 */
final class Deadline {

  private final RunningDeadlines all;
  private final Runnable late;
  private long limitMs;
  private long sinceMs;

  /** Its place among all; theirs to set. */
  int index = -1;

  Deadline(RunningDeadlines all, Runnable late) {
    this.all = all;
    this.late = late;
  }

  /** Measures anew, with this limit. */
  void start(long limitMs) {
    this.limitMs = limitMs;
    this.sinceMs = all.nowMs();
    if (index < 0) {
      all.enter(this);
    }
    all.expect(dueMs());
  }

  /** Something went on. */
  void touch() {
    sinceMs = all.nowMs();
  }

  void stop() {
    if (index >= 0) {
      all.leave(this);
    }
  }

  long dueMs() {
    return sinceMs + limitMs;
  }

  /** It is told of once. */
  void come(long nowMs) {
    if (index >= 0 && dueMs() <= nowMs) {
      all.leave(this);
      late.run();
    }
  }
}
